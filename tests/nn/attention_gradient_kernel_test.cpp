#include "nn/attention_gradient_kernel.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>
#include <string>
#include <vector>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

// Kernels of a level, and how far results may be from the definition for values around 1.
struct Tested {
  const char* name;
  const AttentionKernel* forward;  // null: none for the level or the processor
  const AttentionGradientKernel* backward;
  double tolerance;
};

std::vector<Tested> tested_kernels() {
  std::vector<Tested> all;
  const auto add = [&](const char* name, auto level, auto best, double tolerance) {
    const bool runs = level <= best;
    all.push_back({name,
                   runs ? attention_kernel(level) : nullptr,
                   runs ? attention_gradient_kernel(level) : nullptr,
                   tolerance});
  };
  add("Avx2", ProcessorLevel::kAvx2, best_processor_level(), 2e-5);
  add("Avx512", ProcessorLevel::kAvx512, best_processor_level(), 2e-5);
  // Factors have 8 significant bits.
  add("Bfloat16Dot", Bfloat16Level::kDot, best_bfloat16_level(), 2e-2);
  add("Bfloat16Tile", Bfloat16Level::kTile, best_bfloat16_level(), 2e-2);
  return all;
}

class AttentionGradientKernelTest : public testing::TestWithParam<Tested> {
 protected:
  void SetUp() override {
    if (GetParam().forward == nullptr) GTEST_SKIP() << "not on this processor";
  }
};

HeadView view(const torch::Tensor& x) {
  return {x.const_data_ptr<float>(), x.size(0), x.size(1), x.stride(0)};
}

std::vector<float> memory(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count), NAN);
}

TEST_P(AttentionGradientKernelTest, EqualsTheGradientOfTheDefinition) {
  const AttentionKernel& forward = *GetParam().forward;
  for (const std::int64_t size : {4, 24, 64}) {
    // Below, at and above the sizes of tiles and blocks.
    for (const std::int64_t tokens : {1, 31, 48, 129, 300}) {
      SCOPED_TRACE(testing::Message() << tokens << " tokens of " << size);
      const auto values = [&](const char* name) {
        return test::uniform_tensor(name, {tokens, size}, -1, 1);
      };
      const torch::Tensor q = values("q"), k = values("k"), v = values("v"), f = values("f");
      const double scale = 1 / std::sqrt(static_cast<double>(size));

      torch::Tensor out = torch::empty({tokens, size}), norms = torch::empty({tokens});
      std::vector<float> keys = memory(forward.packed_keys(tokens, size));
      std::vector<float> packed_values = memory(forward.packed_values(tokens, size));
      std::vector<float> scratch = memory(forward.scratch(size));
      forward.pack_keys(view(k), {}, keys.data());
      forward.pack_values(view(v), packed_values.data());
      for (std::int64_t first = 0; first < tokens; first += kAttentionQueries) {
        forward.attend(view(q.narrow(0, first, std::min(kAttentionQueries, tokens - first))),
                       {},
                       static_cast<float>(scale),
                       keys.data(),
                       packed_values.data(),
                       tokens,
                       out.mutable_data_ptr<float>() + first * size,
                       size,
                       norms.mutable_data_ptr<float>() + first,
                       scratch.data());
      }
      torch::Tensor gradients = torch::full({tokens, 3, size}, NAN);
      float* const to = gradients.mutable_data_ptr<float>();
      scratch = memory(GetParam().backward->scratch(tokens, size));
      GetParam().backward->backward(
          {.queries = view(q),
           .keys = view(k),
           .values = view(v),
           .out = view(out),
           .out_gradient = view(f),
           .norms = norms.const_data_ptr<float>()},
          {},
          static_cast<float>(scale),
          {.queries = to, .keys = to + size, .values = to + 2 * size, .stride = 3 * size},
          scratch.data());

      const auto leaf = [](const torch::Tensor& x) {
        return x.to(torch::kDouble).requires_grad_();
      };
      const torch::Tensor dq = leaf(q), dk = leaf(k), dv = leaf(v);
      const torch::Tensor expected =
          torch::mm(torch::softmax(torch::mm(dq, dk.t()) * scale, -1), dv);
      const auto exact =
          torch::autograd::grad({(expected * f.to(torch::kDouble)).sum()}, {dq, dk, dv});
      for (std::int64_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(test::near(gradients.select(1, i).contiguous(),
                               exact[static_cast<std::size_t>(i)].to(torch::kFloat32),
                               {GetParam().tolerance, 0}))
            << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels,
                         AttentionGradientKernelTest,
                         testing::ValuesIn(tested_kernels()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace saker

#include "nn/qkv_attention.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

// The definition, in double precision.
torch::Tensor by_definition(const torch::Tensor& qkv, const RotaryTable* positions) {
  const auto turned = [&](const torch::Tensor& x) {
    if (positions == nullptr) return x;
    const torch::Tensor cos = positions->cos.to(torch::kDouble).unsqueeze(1);
    const torch::Tensor sin = positions->sin.to(torch::kDouble).unsqueeze(1);
    const std::vector<torch::Tensor> halves = x.chunk(2, -1);
    return x * cos + torch::cat({-halves[1], halves[0]}, -1) * sin;
  };
  const std::vector<torch::Tensor> parts = qkv.unbind(2);
  const torch::Tensor q = turned(parts[0]).transpose(1, 2), k = turned(parts[1]).transpose(1, 2);
  const double scale = std::sqrt(static_cast<double>(qkv.size(4)));
  const torch::Tensor weights = torch::softmax(torch::matmul(q, k.transpose(2, 3)) / scale, -1);
  return torch::matmul(weights, parts[2].transpose(1, 2)).transpose(1, 2).flatten(2);
}

struct Gradient {
  torch::Tensor out, of_qkv;
};

template <class Function>
Gradient run(const Function& attention,
             const torch::Tensor& values,
             const torch::Tensor& factors,
             const RotaryTable* positions) {
  const torch::Tensor qkv = values.detach().clone().requires_grad_();
  const torch::Tensor out = attention(qkv, positions);
  return {out.detach(), torch::autograd::grad({(out * factors).sum()}, {qkv})[0]};
}

// Tokens below, at and above the sizes of tiles and blocks; heads that are no whole panels.
using Sizes = std::tuple<std::int64_t, std::int64_t>;
class QkvAttentionTest : public testing::TestWithParam<Sizes> {};

TEST_P(QkvAttentionTest, EqualsTheDefinitionAndItsGradient) {
  const auto [tokens, size] = GetParam();
  constexpr std::int64_t kBatch = 2, kHeads = 3;
  const torch::Tensor qkv = test::uniform_tensor("x", {kBatch, tokens, 3, kHeads, size}, -2, 2);
  const torch::Tensor factors = test::uniform_tensor("f", {kBatch, tokens, kHeads * size}, -1, 1);
  const torch::Tensor angles = test::uniform_tensor("a", {tokens, size / 2}, -3, 3).repeat({1, 2});
  const RotaryTable table{angles.cos(), angles.sin()};
  for (const RotaryTable* positions : {static_cast<const RotaryTable*>(nullptr), &table}) {
    const Gradient expected =
        run(by_definition, qkv.to(torch::kDouble), factors.to(torch::kDouble), positions);
    Gradient first;
    for (const int threads : {1, 2}) {
      const test::ThreadCount guard(threads);
      const Gradient found = run(qkv_attention, qkv, factors, positions);
      EXPECT_TRUE(test::near(found.out, expected.out.to(torch::kFloat32), {1e-5, 0}));
      EXPECT_TRUE(test::near(found.of_qkv, expected.of_qkv.to(torch::kFloat32), {2e-5, 0}));
      if (threads == 1) first = found;
      EXPECT_TRUE(torch::equal(found.of_qkv, first.of_qkv));  // the same bits for any number
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes,
                         QkvAttentionTest,
                         testing::Values(Sizes{1, 16},
                                         Sizes{5, 64},
                                         Sizes{16, 40},
                                         Sizes{95, 16},
                                         Sizes{96, 64},
                                         Sizes{101, 6},
                                         Sizes{290, 24}));

TEST(QkvAttention, LargeScoresDoNotOverflow) {
  const torch::Tensor qkv = test::uniform_tensor("x", {1, 120, 3, 1, 16}, -60, 60);
  const torch::Tensor factors = test::uniform_tensor("f", {1, 120, 16}, -1, 1);
  const Gradient found = run(qkv_attention, qkv, factors, nullptr);
  const Gradient expected =
      run(by_definition, qkv.to(torch::kDouble), factors.to(torch::kDouble), nullptr);
  // Scores of several thousands are exact to 1e-3.
  EXPECT_TRUE(test::near(found.out, expected.out.to(torch::kFloat32), {5e-3, 0}));
  EXPECT_TRUE(torch::isfinite(found.of_qkv).all().item<bool>());
}

TEST(QkvAttention, TakesOtherTypes) {
  const torch::Tensor qkv = test::uniform_tensor("x", {2, 20, 3, 2, 16}, -2, 2);
  const torch::Tensor expected = by_definition(qkv.to(torch::kDouble), nullptr);
  EXPECT_TRUE(test::near(qkv_attention(qkv.to(torch::kDouble), nullptr), expected, {1e-9, 0}));
  EXPECT_TRUE(test::near(
      qkv_attention(qkv.to(torch::kBFloat16), nullptr).to(torch::kDouble), expected, {3e-2, 0}));
  // Strided values, as a part of a larger tensor.
  const torch::Tensor larger = torch::cat({qkv, qkv}, -1).narrow(-1, 0, 16);
  EXPECT_TRUE(test::near(qkv_attention(larger, nullptr), expected.to(torch::kFloat32), {1e-5, 0}));
}

}  // namespace
}  // namespace saker

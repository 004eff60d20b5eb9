#include "nn/bfloat16_conv.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <vector>

#include "tensors/thread_count.hpp"

namespace saker {
namespace {

struct Case {
  std::int64_t batch, in, out, kernel, height, width;
};

class Bfloat16ConvTest : public testing::TestWithParam<Bfloat16Level> {
 protected:
  void SetUp() override {
    if (GetParam() > best_bfloat16_level()) GTEST_SKIP() << "not on this processor";
    kernel_ = bfloat16_kernel(GetParam());
  }

  const Bfloat16Kernel* kernel_ = nullptr;
};

torch::Tensor rounded(const torch::Tensor& x) { return x.to(torch::kBFloat16).to(torch::kFloat64); }

TEST_P(Bfloat16ConvTest, EqualsTheSumOfRoundedNumbers) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  // Fewer and more pixels than are computed together; channels of every rest; batches.
  for (const Case& c : std::vector<Case>{{1, 3, 5, 3, 8, 8},
                                         {2, 33, 40, 3, 9, 6},
                                         {3, 1, 1, 3, 1, 1},
                                         {1, 8, 8, 5, 3, 11},
                                         {2, 64, 64, 3, 40, 37}}) {
    const torch::Tensor x = torch::randn({c.batch, c.in, c.height, c.width});
    const torch::Tensor weight = torch::randn({c.out, c.in, c.kernel, c.kernel}) * 0.1;
    for (const torch::Tensor& bias : {torch::randn({c.out}), torch::Tensor()}) {
      const torch::Tensor expected = torch::conv2d(rounded(x),
                                                   rounded(weight),
                                                   bias.defined() ? bias.to(torch::kFloat64) : bias,
                                                   1,
                                                   c.kernel / 2);
      const Bfloat16Conv conv(*kernel_, weight, bias, Activation::kNone);
      for (const auto format :
           {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
        EXPECT_TRUE(
            torch::allclose(conv(x.contiguous(format)).to(torch::kFloat64), expected, 1e-5, 1e-5))
            << c.in;
      }
      const Bfloat16Conv activated(*kernel_, weight, bias, Activation::kSilu);
      EXPECT_TRUE(
          torch::allclose(activated(x).to(torch::kFloat64), torch::silu(expected), 1e-5, 1e-5));
    }
  }
}

TEST_P(Bfloat16ConvTest, SameForAnyNumberOfThreads) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  const Bfloat16Conv conv(*kernel_, torch::randn({24, 24, 3, 3}), torch::randn({24}), {});
  const torch::Tensor x = torch::randn({1, 24, 30, 34});
  torch::Tensor first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor y = conv(x);
    if (!first.defined()) first = y;
    EXPECT_TRUE(torch::equal(y, first));
  }
}

INSTANTIATE_TEST_SUITE_P(Levels,
                         Bfloat16ConvTest,
                         testing::Values(Bfloat16Level::kDot, Bfloat16Level::kTile));

}  // namespace
}  // namespace saker

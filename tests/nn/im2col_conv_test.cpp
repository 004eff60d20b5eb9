#include "nn/im2col_conv.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <vector>

#include "tensors/thread_count.hpp"

namespace saker {
namespace {

struct Case {
  std::int64_t batch, in, out, kernel, stride, padding, height, width;
};

TEST(Im2colConv, EqualsTheDirectSum) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  // Windows that leave the image on every side, that are wider than it, and that miss its end.
  for (const Case& c : std::vector<Case>{{1, 3, 5, 3, 2, 1, 8, 8},
                                         {2, 16, 9, 3, 2, 1, 9, 6},
                                         {3, 2, 4, 5, 1, 2, 2, 3},
                                         {2, 4, 4, 4, 4, 0, 12, 9},
                                         {1, 7, 3, 3, 3, 0, 11, 10},
                                         {1, 5, 6, 1, 2, 0, 7, 7},
                                         {2, 8, 8, 3, 1, 1, 30, 34}}) {
    const torch::Tensor x = torch::randn({c.batch, c.in, c.height, c.width});
    const torch::Tensor weight = torch::randn({c.out, c.in, c.kernel, c.kernel}) * 0.3;
    for (const torch::Tensor& bias : {torch::randn({c.out}), torch::Tensor()}) {
      const torch::Tensor expected = torch::conv2d(x, weight, bias, c.stride, c.padding);
      const Im2colConv conv(weight, bias, c.stride, c.padding, Activation::kNone);
      for (const auto format :
           {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
        const torch::Tensor y = conv(x.contiguous(format));
        ASSERT_EQ(y.sizes(), expected.sizes());
        EXPECT_TRUE(torch::allclose(y, expected, 1e-5, 1e-5)) << c.kernel << ", " << c.stride;
      }
      const Im2colConv activated(weight, bias, c.stride, c.padding, Activation::kSilu);
      EXPECT_TRUE(torch::allclose(activated(x), torch::silu(expected), 1e-5, 1e-5));
    }
  }
}

TEST(Im2colConv, SameForAnyNumberOfThreads) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  const Im2colConv conv(torch::randn({24, 24, 3, 3}), {}, 2, 1, Activation::kNone);
  const torch::Tensor x = torch::randn({2, 24, 31, 33});
  torch::Tensor first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor y = conv(x);
    if (!first.defined()) first = y;
    EXPECT_TRUE(torch::equal(y, first));
  }
}

}  // namespace
}  // namespace saker

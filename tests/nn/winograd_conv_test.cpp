#include "nn/winograd_conv.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <vector>

#include "nn/packed_linear.hpp"
#include "nn/winograd_kernel.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

struct Case {
  std::int64_t batch, in, out, height, width;
};

torch::Tensor direct(const torch::Tensor& x,
                     const torch::Tensor& weight,
                     const torch::Tensor& bias) {
  return torch::conv2d(x, weight, bias, 1, 1);
}

TEST(WinogradConv, EqualsTheDirectSum) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  // Sizes of whole tiles, with every kind of rest, of less than a tile; more tiles than are
  // multiplied at once.
  for (const Case& c : std::vector<Case>{{1, 3, 5, 8, 8},
                                         {2, 16, 9, 9, 6},
                                         {1, 7, 8, 3, 11},
                                         {3, 1, 1, 1, 1},
                                         {2, 4, 4, 80, 70}}) {
    const torch::Tensor x = torch::randn({c.batch, c.in, c.height, c.width});
    const torch::Tensor weight = torch::randn({c.out, c.in, 3, 3}) * 0.3;
    for (const torch::Tensor& bias : {torch::randn({c.out}), torch::Tensor()}) {
      const torch::Tensor expected = direct(x, weight, bias);
      const WinogradConv conv(weight, bias);
      for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast})
        EXPECT_TRUE(torch::allclose(conv(x.contiguous(format)), expected, 1e-4, 1e-5)) << c.in;
    }
  }
}

// The products of each output added one after another, in float32. LibTorch's own convolutions add
// them in an order that depends on the processor.
torch::Tensor plain_sum(const torch::Tensor& x, const torch::Tensor& weight) {
  const std::int64_t in = x.size(1), out = weight.size(0), height = x.size(2), width = x.size(3);
  const torch::Tensor padded = torch::constant_pad_nd(x, {1, 1, 1, 1}).contiguous();
  torch::Tensor y = torch::zeros({1, out, height, width});
  const auto pixel = padded.accessor<float, 4>(), filter = weight.accessor<float, 4>();
  auto sum = y.accessor<float, 4>();
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t c = 0; c < in; ++c) {
      for (std::int64_t k = 0; k < 9; ++k) {
        for (std::int64_t i = 0; i < height * width; ++i) {
          const std::int64_t row = i / width, column = i % width;
          sum[0][o][row][column] +=
              pixel[0][c][row + k / 3][column + k % 3] * filter[o][c][k / 3][k % 3];
        }
      }
    }
  }
  return y;
}

TEST(WinogradConv, IsAboutAsExactAsTheDirectSum) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::silu(torch::randn({1, 256, 12, 12}));
  const torch::Tensor weight = (torch::rand({16, 256, 3, 3}) * 2 - 1) / 28;
  const torch::Tensor exact =
      torch::conv2d(x.to(torch::kFloat64), weight.to(torch::kFloat64), {}, 1, 1);
  const auto root_mean_square = [&](const torch::Tensor& y) {
    return (y.to(torch::kFloat64) - exact).square().mean().sqrt().item<double>();
  };
  EXPECT_LT(root_mean_square(WinogradConv(weight, {})(x)),
            2 * root_mean_square(plain_sum(x, weight)));
}

TEST(WinogradConv, SameForAnyNumberOfThreads) {
  if (!PackedLinear::is_available()) GTEST_SKIP() << "no kernel for this processor";
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  const WinogradConv conv(torch::randn({24, 24, 3, 3}), torch::randn({24}));
  const torch::Tensor x = torch::randn({1, 24, 30, 34});
  torch::Tensor first;
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    const torch::Tensor y = conv(x);
    if (!first.defined()) first = y;
    EXPECT_TRUE(torch::equal(y, first));
  }
}

// Each level of the processor against the portable one, for channel counts that leave every kind of
// rest.
TEST(WinogradKernel, AllProcessorLevelsAgree) {
  torch::manual_seed(4);
  for (const std::int64_t channels : {1, 3, 8, 20, 31, 64}) {
    const torch::Tensor tile = torch::randn({36, channels}), bias = torch::randn({channels});
    const auto run = [&](ProcessorLevel level) {
      const WinogradKernel& kernel = winograd_kernel(level);
      torch::Tensor transformed = torch::zeros({36, channels + 2});
      torch::Tensor output = torch::zeros({16, channels});
      std::vector<const float*> from;
      std::vector<float*> to;
      for (std::int64_t k = 0; k < 36; ++k) from.push_back(tile[k].const_data_ptr<float>());
      for (std::int64_t k = 0; k < 16; ++k)
        to.push_back(k == 5 ? nullptr : output[k].mutable_data_ptr<float>());
      kernel.transform_input(
          from.data(), channels, transformed.mutable_data_ptr<float>(), channels + 2);
      kernel.transform_output(transformed.const_data_ptr<float>(),
                              channels + 2,
                              bias.const_data_ptr<float>(),
                              channels,
                              to.data());
      EXPECT_TRUE(transformed.narrow(1, channels, 2).eq(0).all().item<bool>());
      EXPECT_TRUE(output[5].eq(0).all().item<bool>());
      return torch::cat({transformed.flatten(), output.flatten()});
    };
    const torch::Tensor expected = run(ProcessorLevel::kPortable);
    for (const ProcessorLevel level : processor_levels())
      EXPECT_TRUE(torch::allclose(run(level), expected, 1e-4, 1e-4)) << channels;
  }
}

}  // namespace
}  // namespace saker

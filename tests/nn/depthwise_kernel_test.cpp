#include "nn/depthwise_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace saker {
namespace {

std::vector<float> values(std::int64_t count, int seed) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i) + seed) +
                                   0.1 * std::cos(static_cast<double>(i * i)));
  }
  return result;
}

// Calls body(output index, input index, tap index) for every product of the convolution.
template <class Body>
void for_each_product(const DepthwiseShape& shape, const Body& body) {
  const std::int64_t k = shape.kernel, pad = k / 2;
  for (std::int64_t y = 0; y < shape.out_height(); ++y) {
    for (std::int64_t x = 0; x < shape.out_width(); ++x) {
      for (std::int64_t i = 0; i < k; ++i) {
        for (std::int64_t j = 0; j < k; ++j) {
          const std::int64_t r = y * shape.stride + i - pad, c = x * shape.stride + j - pad;
          if (r < 0 || r >= shape.height || c < 0 || c >= shape.width) continue;
          body(static_cast<std::size_t>(y * shape.out_width() + x),
               static_cast<std::size_t>(r * shape.width + c),
               static_cast<std::size_t>(i * k + j));
        }
      }
    }
  }
}

void expect_near(const std::vector<float>& actual,
                 const std::vector<double>& expected,
                 const char* what) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(actual[i]), expected[i], 2e-5 * (1 + std::abs(expected[i])))
        << what << " at " << i;
  }
}

class DepthwiseKernelTest : public testing::TestWithParam<std::tuple<ProcessorLevel, int, int>> {};

TEST_P(DepthwiseKernelTest, EqualsTheDefinition) {
  const auto [level, k, stride] = GetParam();
  const DepthwiseKernel& kernel = depthwise_kernel(level);
  const std::vector<std::pair<int, int>> sizes = {{1, 1},
                                                  {1, 2},
                                                  {2, 1},
                                                  {2, 3},
                                                  {3, 2},
                                                  {4, 5},
                                                  {5, 4},
                                                  {6, 6},
                                                  {7, 7},
                                                  {8, 8},
                                                  {13, 13},
                                                  {16, 16},
                                                  {17, 15},
                                                  {25, 19},
                                                  {3, 31},
                                                  {26, 33},
                                                  {52, 52},
                                                  {20, 104}};
  for (const auto& [height, width] : sizes) {
    const DepthwiseShape shape{.height = height, .width = width, .kernel = k, .stride = stride};
    const auto in_count = static_cast<std::size_t>(height * width);
    const auto out_count = static_cast<std::size_t>(shape.out_height() * shape.out_width());
    std::vector<float> scratch(static_cast<std::size_t>(kernel.scratch_floats(shape)));
    std::vector<float> scratch_back = scratch;
    for (int plane = 0; plane < 2;
         ++plane) {  // the second one finds the scratch as the first one left it
      SCOPED_TRACE(testing::Message() << height << " x " << width << ", plane " << plane);
      const auto input = values(static_cast<std::int64_t>(in_count), plane),
                 weight = values(k * k, 7 + plane);
      const auto gradient = values(static_cast<std::int64_t>(out_count), 3 + plane);
      std::vector<double> output(out_count, 0.25), cut(out_count), to_input(in_count),
          to_weight(static_cast<std::size_t>(k * k));
      for_each_product(shape, [&](std::size_t o, std::size_t i, std::size_t t) {
        output[o] += static_cast<double>(input[i]) * static_cast<double>(weight[t]);
        to_input[i] += static_cast<double>(gradient[o]) * static_cast<double>(weight[t]);
        to_weight[t] += static_cast<double>(gradient[o]) * static_cast<double>(input[i]);
      });
      for (std::size_t o = 0; o < out_count; ++o) cut[o] = std::max(output[o], 0.0);

      std::vector<float> actual(out_count, NAN), actual_input(in_count, NAN),
          actual_weight(to_weight.size(), NAN);
      kernel.forward(
          shape, input.data(), weight.data(), 0.25F, false, actual.data(), scratch.data());
      expect_near(actual, output, "output");
      kernel.forward(
          shape, input.data(), weight.data(), 0.25F, true, actual.data(), scratch.data());
      expect_near(actual, cut, "output after ReLU");
      kernel.backward(shape,
                      input.data(),
                      weight.data(),
                      gradient.data(),
                      actual_input.data(),
                      actual_weight.data(),
                      scratch_back.data());
      expect_near(actual_input, to_input, "input gradient");
      expect_near(actual_weight, to_weight, "weight gradient");
      kernel.backward(shape,
                      input.data(),
                      weight.data(),
                      gradient.data(),
                      nullptr,
                      nullptr,
                      scratch_back.data());
    }
  }
}

TEST_P(DepthwiseKernelTest, WritesInsideThePlaneOnly) {
  const auto [level, k, stride] = GetParam();
  const DepthwiseKernel& kernel = depthwise_kernel(level);
  const DepthwiseShape shape{.height = 7, .width = 9, .kernel = k, .stride = stride};
  const auto outside = [](const std::vector<float>& buffer) {
    return std::pair(buffer.front(), buffer.back());
  };
  const auto input = values(63, 1), weight = values(k * k, 2), gradient = values(63, 3);
  std::vector<float> scratch(static_cast<std::size_t>(kernel.scratch_floats(shape)));
  std::vector<float> output(static_cast<std::size_t>(shape.out_height() * shape.out_width() + 2),
                            -5.0F);
  std::vector<float> to_input(65, -5.0F), to_weight(static_cast<std::size_t>(k * k + 2), -5.0F);
  kernel.forward(shape, input.data(), weight.data(), 0, false, output.data() + 1, scratch.data());
  std::fill(scratch.begin(), scratch.end(), 0.0F);
  kernel.backward(shape,
                  input.data(),
                  weight.data(),
                  gradient.data(),
                  to_input.data() + 1,
                  to_weight.data() + 1,
                  scratch.data());
  for (const auto* buffer : {&output, &to_input, &to_weight})
    EXPECT_EQ(outside(*buffer), std::pair(-5.0F, -5.0F));
}

TEST_P(DepthwiseKernelTest, ReluKeepsNaN) {
  const auto [level, k, stride] = GetParam();
  const DepthwiseKernel& kernel = depthwise_kernel(level);
  const DepthwiseShape shape{.height = 6, .width = 40, .kernel = k, .stride = stride};
  const std::vector<float> input(240, NAN), weight = values(k * k, 2);
  std::vector<float> scratch(static_cast<std::size_t>(kernel.scratch_floats(shape)));
  std::vector<float> output(240, 0.0F);
  kernel.forward(shape, input.data(), weight.data(), 0, true, output.data(), scratch.data());
  EXPECT_TRUE(std::isnan(output[0]));
  EXPECT_TRUE(
      std::isnan(output[static_cast<std::size_t>(shape.out_height() * shape.out_width() - 1)]));
}

INSTANTIATE_TEST_SUITE_P(LevelsKernelsStrides,
                         DepthwiseKernelTest,
                         testing::Combine(testing::ValuesIn(processor_levels()),
                                          testing::Values(3, 5),
                                          testing::Values(1, 2)));

}  // namespace
}  // namespace saker

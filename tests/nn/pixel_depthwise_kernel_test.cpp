#include "nn/pixel_depthwise_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace saker {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<float> values(std::int64_t count, int seed) {
  std::vector<float> result(index(count));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + seed));
  return result;
}

class PixelDepthwiseKernelTest : public testing::TestWithParam<ProcessorLevel> {
 protected:
  void SetUp() override {
    kernel_ = pixel_depthwise_kernel(GetParam());
    if (kernel_ == nullptr) GTEST_SKIP() << "none for this level";
  }

  const PixelDepthwiseKernel* kernel_ = nullptr;
};

TEST_P(PixelDepthwiseKernelTest, EqualsTheDefinition) {
  for (const std::int64_t kernel : {3, 7}) {
    for (const std::int64_t channels : {1, 12, 16, 40}) {
      for (const std::int64_t width : {1, 5, 21}) {
        SCOPED_TRACE(testing::Message() << kernel << ", " << channels << " channels, " << width);
        const std::int64_t height = 5, padding = kernel / 2;
        const auto map = values(height * width * channels, 1),
                   weight = values(kernel * kernel * channels, 2), bias = values(channels, 3);
        const std::vector<float> zeros(index(channels));
        for (std::int64_t y = 0; y < height; ++y) {
          // From the second pixel on, where there is one.
          const std::int64_t x = width > 1 ? 1 : 0, count = width - x;
          std::vector<float> out(index(count * channels), NAN);
          kernel_->forward({map.data(), height, width, channels},
                           kernel,
                           weight.data(),
                           bias.data(),
                           zeros.data(),
                           y,
                           x,
                           count,
                           out.data());
          for (std::int64_t i = 0; i < count; ++i) {
            for (std::int64_t c = 0; c < channels; ++c) {
              double expected = static_cast<double>(bias[index(c)]);
              for (std::int64_t j = 0; j < kernel; ++j) {
                for (std::int64_t k = 0; k < kernel; ++k) {
                  const std::int64_t row = y + j - padding, column = x + i + k - padding;
                  if (row < 0 || row >= height || column < 0 || column >= width) continue;
                  expected +=
                      static_cast<double>(weight[index((j * kernel + k) * channels + c)]) *
                      static_cast<double>(map[index((row * width + column) * channels + c)]);
                }
              }
              ASSERT_NEAR(static_cast<double>(out[index(i * channels + c)]), expected, 1e-5)
                  << y << ", " << i << ", " << c;
            }
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, PixelDepthwiseKernelTest, testing::ValuesIn(processor_levels()));

}  // namespace
}  // namespace saker

#include "nn/pointwise_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace saker {
namespace {

std::vector<float> values(std::int64_t count, int seed) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + seed));
  }
  return result;
}

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

class PointwiseKernelTest : public testing::TestWithParam<ProcessorLevel> {
 protected:
  void SetUp() override {
    kernel_ = pointwise_kernel(GetParam());
    if (kernel_ == nullptr) GTEST_SKIP() << "none for this level";
  }

  const PointwiseKernel* kernel_ = nullptr;
};

TEST_P(PointwiseKernelTest, MultiplyEqualsTheDefinition) {
  const std::int64_t tile = kernel_->tile_rows;
  for (const std::int64_t m : {1, 3, 8, 13, 24}) {
    for (const std::int64_t k : {1, 5, 44}) {
      for (const std::int64_t columns : {1, 7, 16, 17, 48, 49, 97, 192}) {
        if (columns > kernel_->block_columns) continue;
        SCOPED_TRACE(testing::Message() << m << " x " << k << " x " << columns);
        const std::int64_t stride = columns + 3;
        const auto left = values(m * k, 1), right = values(k * stride, 2), bias = values(m, 3);
        std::vector<float> packed(index((m + tile - 1) / tile * tile * k));
        for (std::int64_t i = 0; i < m; ++i) {
          for (std::int64_t j = 0; j < k; ++j)
            packed[index(i / tile * tile * k + j * tile + i % tile)] = left[index(i * k + j)];
        }
        std::vector<float> scratch(index(kernel_->multiply_scratch(k)), NAN);
        for (const bool relu : {false, true}) {
          std::vector<float> out(index(m * stride), -7.0F);
          kernel_->multiply(packed.data(),
                            m,
                            {right.data(), k, columns, stride},
                            bias.data(),
                            relu,
                            out.data(),
                            stride,
                            scratch.data());
          for (std::int64_t i = 0; i < m; ++i) {
            for (std::int64_t x = 0; x < stride; ++x) {
              double expected = static_cast<double>(bias[index(i)]);
              for (std::int64_t j = 0; j < k; ++j) {
                expected += static_cast<double>(left[index(i * k + j)]) *
                            static_cast<double>(right[index(j * stride + x)]);
              }
              if (relu) expected = std::max(expected, 0.0);
              if (x >= columns) expected = -7;  // nothing is written there
              ASSERT_NEAR(static_cast<double>(out[index(i * stride + x)]), expected, 1e-4)
                  << i << ", " << x;
            }
          }
        }
      }
    }
  }
}

TEST_P(PointwiseKernelTest, MultiplyTransposedEqualsTheDefinition) {
  for (const std::int64_t m : {1, 4, 6}) {
    for (const std::int64_t k : {1, 2, 5, 19}) {
      for (const std::int64_t columns : {1, 9, 49, 169, 700}) {
        for (const std::int64_t images : {1, 3}) {
          SCOPED_TRACE(testing::Message()
                       << m << " x " << k << ", " << images << " images of " << columns);
          const std::int64_t left_image = m * columns + 5, right_image = k * columns + 2;
          const auto left = values(images * left_image, 1), right = values(images * right_image, 2);
          std::vector<float> out(index(m * k), NAN);
          std::vector<float> scratch(index(kernel_->multiply_transposed_scratch(m, k)), NAN);
          kernel_->multiply_transposed({left.data(), m, columns, columns},
                                       left_image,
                                       {right.data(), k, columns, columns},
                                       right_image,
                                       images,
                                       out.data(),
                                       scratch.data());
          for (std::int64_t i = 0; i < m; ++i) {
            for (std::int64_t j = 0; j < k; ++j) {
              double expected = 0;
              for (std::int64_t n = 0; n < images; ++n) {
                for (std::int64_t x = 0; x < columns; ++x) {
                  expected += static_cast<double>(left[index(n * left_image + i * columns + x)]) *
                              static_cast<double>(right[index(n * right_image + j * columns + x)]);
                }
              }
              ASSERT_NEAR(static_cast<double>(out[index(i * k + j)]), expected, 2e-3)
                  << i << ", " << j;
            }
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, PointwiseKernelTest, testing::ValuesIn(processor_levels()));

}  // namespace
}  // namespace saker

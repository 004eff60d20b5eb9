#include "nn/linear_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace saker {
namespace {

std::vector<float> values(std::int64_t count, int seed, double size = 1) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(size * std::sin(0.37 * static_cast<double>(i) + seed));
  return result;
}

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

double activated(double x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
    case Activation::kGelu:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    default:
      return x;
  }
}

class LinearKernelTest : public testing::TestWithParam<ProcessorLevel> {
 protected:
  void SetUp() override {
    kernel_ = linear_kernel(GetParam());
    if (kernel_ == nullptr) GTEST_SKIP() << "none for this level";
  }

  // Panels and bias as the kernel wants them.
  void pack(const std::vector<float>& weight,
            const std::vector<float>& bias,
            std::int64_t n,
            std::int64_t k) {
    const std::int64_t width = kernel_->panel_width, panels = (n + width - 1) / width;
    panels_.assign(index(panels * width * k), 0);
    bias_.assign(index(panels * width), 0);
    std::copy(bias.begin(), bias.end(), bias_.begin());
    for (std::int64_t c = 0; c < n; ++c) {
      for (std::int64_t j = 0; j < k; ++j)
        panels_[index(c / width * width * k + j * width + c % width)] = weight[index(c * k + j)];
    }
  }

  const LinearKernel* kernel_ = nullptr;
  std::vector<float> panels_, bias_;
};

TEST_P(LinearKernelTest, MultiplyEqualsTheDefinition) {
  for (const std::int64_t rows : {1, 5, 6, 13, 97}) {
    for (const std::int64_t k : {1, 7, 500}) {
      for (const std::int64_t n : {1, 16, 37}) {
        SCOPED_TRACE(testing::Message() << rows << " x " << k << " -> " << n);
        const std::int64_t x_stride = k + 2, out_stride = n + 3;
        const auto x = values(rows * x_stride, 1), weight = values(n * k, 2), bias = values(n, 3);
        pack(weight, bias, n, k);
        for (const bool add : {false, true}) {
          std::vector<float> out(index(rows * out_stride), -7.0F);
          kernel_->multiply({x.data(), rows, x_stride},
                            {panels_.data(), bias_.data(), n, k},
                            Activation::kNone,
                            add,
                            out.data(),
                            out_stride);
          for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t c = 0; c < out_stride; ++c) {
              double expected = -7, magnitude = 7;
              if (c < n) {
                if (!add) expected = 0;
                expected += static_cast<double>(bias[index(c)]);
                for (std::int64_t j = 0; j < k; ++j) {
                  const double product = static_cast<double>(x[index(i * x_stride + j)]) *
                                         static_cast<double>(weight[index(c * k + j)]);
                  expected += product;
                  magnitude += std::abs(product);
                }
              }
              ASSERT_NEAR(
                  static_cast<double>(out[index(i * out_stride + c)]), expected, 1e-6 * magnitude)
                  << i << ", " << c << (add ? " added" : "");
            }
          }
        }
      }
    }
  }
}

TEST_P(LinearKernelTest, ActivationsAreExact) {
  // One input, so that the product is the input itself times a weight of 1.
  const std::int64_t rows = 4001;
  std::vector<float> x(index(rows));
  for (std::int64_t i = 0; i < rows; ++i)
    x[index(i)] = static_cast<float>(static_cast<double>(i - 2000) * 0.01);
  x.front() = -300;
  x.back() = 300;
  pack({1.0F}, {0.0F}, 1, 1);
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kSilu, Activation::kGelu}) {
    std::vector<float> out(index(rows));
    kernel_->multiply({x.data(), rows, 1},
                      {panels_.data(), bias_.data(), 1, 1},
                      activation,
                      false,
                      out.data(),
                      1);
    for (std::int64_t i = 0; i < rows; ++i) {
      const double value = static_cast<double>(x[index(i)]);
      ASSERT_NEAR(static_cast<double>(out[index(i)]),
                  activated(value, activation),
                  2e-7 * std::max(1.0, std::abs(value)))
          << value << ", activation " << static_cast<int>(activation);
    }
  }
}

TEST_P(LinearKernelTest, NotANumberStaysOne) {
  pack({1.0F}, {0.0F}, 1, 1);
  const float x = NAN;
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kSilu, Activation::kGelu}) {
    float out = 0;
    kernel_->multiply({&x, 1, 1}, {panels_.data(), bias_.data(), 1, 1}, activation, false, &out, 1);
    EXPECT_TRUE(std::isnan(out)) << static_cast<int>(activation);
  }
}

TEST_P(LinearKernelTest, NormalizeEqualsTheDefinition) {
  for (const std::int64_t k : {1, 3, 8, 37, 192}) {
    const std::int64_t rows = 3, stride = k + 5;
    auto x = values(rows * stride, 1, 4);
    for (float& value : x) value += 100;  // far from zero: the variance must not cancel
    const auto weight = values(k, 2), bias = values(k, 3);
    std::vector<float> out(index(rows * k));
    kernel_->normalize({x.data(), rows, stride}, k, weight.data(), bias.data(), 1e-5F, out.data());
    for (std::int64_t i = 0; i < rows; ++i) {
      double mean = 0, variance = 0;
      const auto value = [&](std::int64_t j) {
        return static_cast<double>(x[index(i * stride + j)]);
      };
      for (std::int64_t j = 0; j < k; ++j) mean += value(j) / static_cast<double>(k);
      for (std::int64_t j = 0; j < k; ++j)
        variance += (value(j) - mean) * (value(j) - mean) / static_cast<double>(k);
      for (std::int64_t j = 0; j < k; ++j) {
        const double expected =
            (value(j) - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(weight[index(j)]) +
            static_cast<double>(bias[index(j)]);
        ASSERT_NEAR(static_cast<double>(out[index(i * k + j)]), expected, 1e-4) << k << ", " << j;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, LinearKernelTest, testing::ValuesIn(processor_levels()));

}  // namespace
}  // namespace saker

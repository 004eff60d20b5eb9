#include "nn/bfloat16_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace saker {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<float> values(std::int64_t count, int seed) {
  std::vector<float> result(index(count));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 1013) + seed));
  return result;
}

Bfloat16 nearest(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<Bfloat16>((bits + 0x7fff + (bits >> 16 & 1U)) >> 16);
}

float widened(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

double rounded(float value) { return static_cast<double>(widened(nearest(value))); }

class Bfloat16KernelTest : public testing::TestWithParam<Bfloat16Level> {
 protected:
  void SetUp() override {
    if (GetParam() > best_bfloat16_level()) GTEST_SKIP() << "not on this processor";
    kernel_ = bfloat16_kernel(GetParam());
  }

  // Panels of weight [n, taps, k].
  std::vector<Bfloat16> packed(const std::vector<float>& weight,
                               std::int64_t n,
                               std::int64_t taps,
                               std::int64_t k) const {
    const std::int64_t panels = (n + kBfloat16Width - 1) / kBfloat16Width;
    const std::int64_t part = bfloat16_depth(k) * kBfloat16Width;
    std::vector<Bfloat16> result(index(panels * taps * part), 0x7fc0);
    for (std::int64_t i = 0; i < panels * taps; ++i) {
      const std::int64_t first = i / taps * kBfloat16Width;
      kernel_->pack(weight.data() + (first * taps + i % taps) * k,
                    std::min(kBfloat16Width, n - first),
                    taps * k,
                    k,
                    result.data() + i * part);
    }
    return result;
  }

  const Bfloat16Kernel* kernel_ = nullptr;
};

TEST_P(Bfloat16KernelTest, RoundsToTheNearestWithTiesToEven) {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> from = values(77, 1);
  const float ties[] = {1.00390625F, 1.01171875F, -1.00390625F, 0.0F, -0.0F, 3e38F, infinity};
  std::copy(std::begin(ties), std::end(ties), from.begin());
  for (const std::int64_t count : {1, 7, 16, 31, 32, 33, 77}) {
    std::vector<Bfloat16> to(index(bfloat16_depth(count)), 0x1234);
    kernel_->round(from.data(), count, to.data());
    for (std::int64_t i = 0; i < bfloat16_depth(count); ++i)
      ASSERT_EQ(to[index(i)], i < count ? nearest(from[index(i)]) : 0) << i << " of " << count;
  }
  const float not_a_number = NAN;
  std::vector<Bfloat16> to(index(kBfloat16Depth));
  kernel_->round(&not_a_number, 1, to.data());
  EXPECT_TRUE(std::isnan(widened(to[0])));
}

TEST_P(Bfloat16KernelTest, PackLaysPairsOfInputsSideBySide) {
  const std::int64_t rows = 5, k = 35, stride = 41;
  const std::vector<float> from = values(rows * stride, 2);
  std::vector<Bfloat16> panel(index(bfloat16_depth(k) * kBfloat16Width), 0x1234);
  kernel_->pack(from.data(), rows, stride, k, panel.data());
  for (std::int64_t j = 0; j < bfloat16_depth(k); ++j) {
    for (std::int64_t c = 0; c < kBfloat16Width; ++c) {
      ASSERT_EQ(panel[index((j / 2 * kBfloat16Width + c) * 2 + j % 2)],
                c < rows && j < k ? nearest(from[index(c * stride + j)]) : 0)
          << j << ", " << c;
    }
  }
}

TEST_P(Bfloat16KernelTest, ColumnsArePackedAsTheRowsOfTheTurnedMatrix) {
  for (const std::int64_t k : {1, 31, 32, 77}) {
    for (const std::int64_t columns : {1, 15, 16, 17, 32}) {
      SCOPED_TRACE(testing::Message() << k << " x " << columns);
      const std::int64_t stride = columns + 5, depth = bfloat16_depth(k), to_stride = depth + 3;
      const std::vector<float> from = values(k * stride, 4);
      std::vector<float> turned(index(columns * k));
      for (std::int64_t c = 0; c < columns; ++c) {
        for (std::int64_t j = 0; j < k; ++j) turned[index(c * k + j)] = from[index(j * stride + c)];
      }
      std::vector<Bfloat16> expected(index(depth * kBfloat16Width), 1), panel = expected;
      kernel_->pack(turned.data(), columns, k, k, expected.data());
      kernel_->pack_columns(from.data(), columns, stride, k, panel.data());
      EXPECT_EQ(panel, expected);
      std::vector<Bfloat16> rows(index(columns * to_stride), 0x1234);
      kernel_->round_columns(from.data(), columns, stride, k, rows.data(), to_stride);
      for (std::int64_t c = 0; c < columns; ++c) {
        for (std::int64_t j = 0; j < to_stride; ++j) {
          const Bfloat16 padded = j < depth ? 0 : 0x1234;
          ASSERT_EQ(rows[index(c * to_stride + j)],
                    j < k ? nearest(turned[index(c * k + j)]) : padded)
              << c << ", " << j;
        }
      }
    }
  }
}

TEST_P(Bfloat16KernelTest, MultiplyEqualsTheDefinitionOnRoundedNumbers) {
  for (const std::int64_t rows : {1, 5, 16, 17, 33, 97, 131}) {
    for (const std::int64_t k : {1, 32, 230}) {
      for (const std::int64_t n : {1, 32, 37}) {
        for (const std::int64_t tap_count : {1, 3}) {
          SCOPED_TRACE(testing::Message()
                       << rows << " x " << tap_count << " x " << k << " -> " << n);
          // Each tap reads the row that is as many rows further down.
          const std::int64_t depth = bfloat16_depth(k), all = rows + 2 * kBfloat16Rows;
          const std::vector<float> x = values(all * k, 1), weight = values(n * tap_count * k, 2),
                                   bias = values(n, 3);
          std::vector<Bfloat16> left(index(all * depth));
          for (std::int64_t i = 0; i < all; ++i)
            kernel_->round(x.data() + i * k, k, left.data() + i * depth);
          std::vector<std::int64_t> taps;
          for (std::int64_t t = 0; t < tap_count; ++t) taps.push_back(t * depth);
          const std::vector<Bfloat16> panels = packed(weight, n, tap_count, k);
          std::vector<float> padded_bias(index((n + 31) / 32 * 32), 5.0F);
          std::copy(bias.begin(), bias.end(), padded_bias.begin());
          const std::int64_t out_stride = n + 3;
          for (const bool add : {false, true}) {
            std::vector<float> out(index(rows * out_stride), -7.0F);
            kernel_->multiply({left.data(), rows, depth, taps.data(), tap_count, depth},
                              {panels.data(), padded_bias.data(), n},
                              Activation::kNone,
                              add,
                              out.data(),
                              out_stride);
            for (std::int64_t i = 0; i < rows; i += 1 + rows / 20) {
              for (std::int64_t c = 0; c < out_stride; ++c) {
                double expected = -7, magnitude = 7;
                if (c < n) {
                  if (!add) expected = 0;
                  expected += static_cast<double>(bias[index(c)]);
                  for (std::int64_t j = 0; j < tap_count * k; ++j) {
                    const double product = rounded(x[index((i + j / k) * k + j % k)]) *
                                           rounded(weight[index(c * tap_count * k + j)]);
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
}

TEST_P(Bfloat16KernelTest, ActivationsFollowTheSum) {
  const std::int64_t rows = 129, zero = 0;
  std::vector<Bfloat16> left(index((rows + kBfloat16Rows) * kBfloat16Depth));
  std::vector<double> x;
  for (std::int64_t i = 0; i < rows; ++i) {
    x.push_back(static_cast<double>(i - 64) / 8);  // exact in 8 bits
    left[index(i * kBfloat16Depth)] = nearest(static_cast<float>(x.back()));
  }
  const std::vector<Bfloat16> panel = packed({1.0F}, 1, 1, 1);
  const std::vector<float> bias(index(kBfloat16Width));
  const auto out_of = [&](Activation activation) {
    std::vector<float> out(index(rows));
    kernel_->multiply({left.data(), rows, kBfloat16Depth, &zero, 1, kBfloat16Depth},
                      {panel.data(), bias.data(), 1},
                      activation,
                      false,
                      out.data(),
                      1);
    return out;
  };
  const std::vector<float> relu = out_of(Activation::kRelu), silu = out_of(Activation::kSilu),
                           gelu = out_of(Activation::kGelu);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double tolerance = 2e-7 * std::max(1.0, std::abs(x[i]));
    EXPECT_EQ(static_cast<double>(relu[i]), std::max(x[i], 0.0));
    EXPECT_NEAR(static_cast<double>(silu[i]), x[i] / (1 + std::exp(-x[i])), tolerance);
    EXPECT_NEAR(
        static_cast<double>(gelu[i]), x[i] * 0.5 * std::erfc(-x[i] / std::sqrt(2.0)), tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Levels,
                         Bfloat16KernelTest,
                         testing::Values(Bfloat16Level::kDot, Bfloat16Level::kTile));

}  // namespace
}  // namespace saker

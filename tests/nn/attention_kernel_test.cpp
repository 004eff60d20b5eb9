#include "nn/attention_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace saker {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<float> values(std::int64_t count, int seed, double size = 1) {
  std::vector<float> result(index(count));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] =
        static_cast<float>(size * std::sin(0.37 * static_cast<double>(i * i % 1013) + seed));
  return result;
}

// Tokens of one head among others: rows wider than the head.
struct Case {
  Case(std::int64_t tokens_of, std::int64_t size_of, double score_size)
      : tokens(tokens_of),
        size(size_of),
        stride(size_of + 5),
        queries(values(tokens_of * stride, 1, score_size)),
        keys(values(tokens_of * stride, 2)),
        head_values(values(tokens_of * stride, 3)) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      for (std::int64_t d = 0; d < size; ++d) {
        const double angle = static_cast<double>(t) * 0.3 + static_cast<double>(d % (size / 2));
        cos.push_back(static_cast<float>(std::cos(angle)));
        sin.push_back(static_cast<float>(std::sin(angle)));
      }
    }
  }

  // Entry d of a token's vector, rotated.
  double rotated(const std::vector<float>& of, std::int64_t token, std::int64_t d) const {
    const std::int64_t half = size / 2;
    const auto entry = [&](std::int64_t i) {
      return static_cast<double>(of[index(token * stride + i)]);
    };
    if (!rotate) return entry(d);
    const double other = d < half ? -entry(d + half) : entry(d - half);
    return entry(d) * static_cast<double>(cos[index(token * size + d)]) +
           other * static_cast<double>(sin[index(token * size + d)]);
  }

  // norm: gets log2 of the sum of e^score.
  std::vector<double> expected(std::int64_t query, double scale, double* norm = nullptr) const {
    std::vector<double> scores(index(tokens));
    for (std::int64_t t = 0; t < tokens; ++t) {
      for (std::int64_t d = 0; d < size; ++d)
        scores[index(t)] += scale * rotated(queries, query, d) * rotated(keys, t, d);
    }
    const double top = *std::max_element(scores.begin(), scores.end());
    std::vector<double> result(index(size));
    double sum = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
      const double weight = std::exp(scores[index(t)] - top);
      sum += weight;
      for (std::int64_t d = 0; d < size; ++d)
        result[index(d)] += weight * static_cast<double>(head_values[index(t * stride + d)]);
    }
    for (double& value : result) value /= sum;
    if (norm != nullptr) *norm = (top + std::log(sum)) / std::log(2.0);
    return result;
  }

  std::int64_t tokens, size, stride;
  std::vector<float> queries, keys, head_values, cos, sin;
  bool rotate = true;
};

// A kernel, and how far its results may be from the definition for values and scores around 1.
struct Tested {
  const char* name;
  const AttentionKernel* kernel;  // null: none for the level or the processor
  double tolerance, norm_tolerance;
};

std::vector<Tested> tested_kernels() {
  std::vector<Tested> all;
  const auto of_level = [&](const char* name, ProcessorLevel level) {
    const bool runs = level <= best_processor_level();
    all.push_back({name, runs ? attention_kernel(level) : nullptr, 2e-6, 1e-5});
  };
  of_level("Portable", ProcessorLevel::kPortable);
  of_level("Avx2", ProcessorLevel::kAvx2);
  of_level("Avx512", ProcessorLevel::kAvx512);
  // Factors have 8 significant bits.
  const auto of_bfloat16 = [&](const char* name, Bfloat16Level level) {
    const bool runs = level <= best_bfloat16_level();
    all.push_back({name, runs ? attention_kernel(level) : nullptr, 1e-2, 2e-2});
  };
  of_bfloat16("Bfloat16Dot", Bfloat16Level::kDot);
  of_bfloat16("Bfloat16Tile", Bfloat16Level::kTile);
  return all;
}

class AttentionKernelTest : public testing::TestWithParam<Tested> {
 protected:
  void SetUp() override {
    kernel_ = GetParam().kernel;
    if (kernel_ == nullptr) GTEST_SKIP() << "none for this level, or not on this processor";
  }

  void expect_definition(const Case& c) {
    SCOPED_TRACE(testing::Message() << c.tokens << " tokens of " << c.size);
    const RotaryRows table = c.rotate ? RotaryRows{c.cos.data(), c.sin.data()} : RotaryRows{};
    std::vector<float> keys(index(kernel_->packed_keys(c.tokens, c.size)), NAN);
    std::vector<float> packed_values(index(kernel_->packed_values(c.tokens, c.size)), NAN);
    std::vector<float> scratch(index(kernel_->scratch(c.size)), NAN);
    kernel_->pack_keys({c.keys.data(), c.tokens, c.size, c.stride}, table, keys.data());
    kernel_->pack_values({c.head_values.data(), c.tokens, c.size, c.stride}, packed_values.data());
    const float scale = 1.0F / std::sqrt(static_cast<float>(c.size));
    const std::int64_t out_stride = c.size + 3;
    std::vector<float> out(index(c.tokens * out_stride), -7.0F), norms(index(c.tokens));
    for (std::int64_t first = 0; first < c.tokens; first += kAttentionQueries) {
      const std::int64_t count = std::min(kAttentionQueries, c.tokens - first);
      RotaryRows rows = table;
      if (c.rotate) rows = {table.cos + first * c.size, table.sin + first * c.size};
      kernel_->attend({c.queries.data() + first * c.stride, count, c.size, c.stride},
                      rows,
                      scale,
                      keys.data(),
                      packed_values.data(),
                      c.tokens,
                      out.data() + first * out_stride,
                      out_stride,
                      norms.data() + first,
                      scratch.data());
    }
    for (std::int64_t t = 0; t < c.tokens; t += 1 + c.tokens / 40) {
      double norm = 0;
      const std::vector<double> expected = c.expected(t, static_cast<double>(scale), &norm);
      ASSERT_NEAR(static_cast<double>(norms[index(t)]), norm, GetParam().norm_tolerance) << t;
      for (std::int64_t d = 0; d < out_stride; ++d) {
        ASSERT_NEAR(static_cast<double>(out[index(t * out_stride + d)]),
                    d < c.size ? expected[index(d)] : -7.0,
                    GetParam().tolerance)
            << t << ", " << d;
      }
    }
  }

  const AttentionKernel* kernel_ = nullptr;
};

TEST_P(AttentionKernelTest, EqualsTheDefinition) {
  for (const std::int64_t size : {4, 24, 64}) {
    // Below, at and above the sizes of tiles and blocks.
    for (const std::int64_t tokens : {1, 5, 16, 47, 49, 300, 1100}) {
      expect_definition(Case(tokens, size, 1));
    }
  }
}

TEST_P(AttentionKernelTest, WithoutPositions) {
  Case c(85, 64, 1);
  c.rotate = false;
  expect_definition(c);
}

// The largest score comes late, and others are far below it.
TEST_P(AttentionKernelTest, LargeScoresDoNotOverflow) {
  Case c(600, 8, 300);
  c.rotate = false;
  for (std::int64_t t = 0; t < c.tokens; ++t) {
    for (std::int64_t d = 0; d < c.size; ++d)
      c.keys[index(t * c.stride + d)] *= static_cast<float>(t) / 100.0F;
  }
  const std::vector<double> first = c.expected(0, 1);
  EXPECT_TRUE(std::all_of(first.begin(), first.end(), [](double v) { return std::isfinite(v); }));
  // In float32, products of size 1e4 are exact to 1e-3, their powers accordingly; in bfloat16 any
  // mean of the values is a result.
  const RotaryRows none;
  std::vector<float> keys(index(kernel_->packed_keys(c.tokens, c.size)));
  std::vector<float> packed_values(index(kernel_->packed_values(c.tokens, c.size)));
  std::vector<float> scratch(index(kernel_->scratch(c.size)));
  kernel_->pack_keys({c.keys.data(), c.tokens, c.size, c.stride}, none, keys.data());
  kernel_->pack_values({c.head_values.data(), c.tokens, c.size, c.stride}, packed_values.data());
  std::vector<float> out(index(c.size));
  kernel_->attend({c.queries.data(), 1, c.size, c.stride},
                  none,
                  1.0F,
                  keys.data(),
                  packed_values.data(),
                  c.tokens,
                  out.data(),
                  c.size,
                  /*norms=*/nullptr,
                  scratch.data());
  for (std::int64_t d = 0; d < c.size; ++d)
    EXPECT_NEAR(
        static_cast<double>(out[index(d)]), first[index(d)], GetParam().tolerance > 1e-3 ? 2 : 1e-2)
        << d;
}

INSTANTIATE_TEST_SUITE_P(Levels,
                         AttentionKernelTest,
                         testing::ValuesIn(tested_kernels()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace saker

// Compares own draws with the quantiles of the reference's.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace saker::test {

inline constexpr int kDraws = 20000;

// The share of values below x, and of those up to x. values: sorted.
struct ShareAt {
  double below = 0, up_to = 0;
};
inline ShareAt share_at(const std::vector<double>& values, double x) {
  const auto count = static_cast<double>(values.size());
  const auto below = std::ranges::lower_bound(values, x) - values.begin();
  const auto up_to = std::ranges::upper_bound(values, x) - values.begin();
  return {static_cast<double>(below) / count, static_cast<double>(up_to) / count};
}

// statistic: an entry of distributions.json with n, min, max and quantiles.
//
// Each quantile of the values must lie within share * (max - min) of the stored one. Besides, the
// two samples must be able to come from one distribution: the share of own values below each stored
// quantile of level p has the standard deviation sqrt(p (1 - p) (1 / n + 1 / stored n)) about p,
// and 5.4 of them are exceeded at one of nine levels with a probability below 1e-6.
inline void expect_quantiles(std::vector<double> values,
                             const nlohmann::ordered_json& statistic,
                             const std::string& name,
                             double share = 0.02) {
  ASSERT_FALSE(values.empty()) << name;
  std::ranges::sort(values);
  const double tolerance =
      share * (statistic["max"].get<double>() - statistic["min"].get<double>());
  const double inverse_counts =
      1.0 / static_cast<double>(values.size()) + 1.0 / statistic["n"].get<double>();
  for (const auto& [text, stored] : statistic["quantiles"].items()) {
    const double level = std::stod(text);
    const auto expected = stored.get<double>();
    const double position = level * static_cast<double>(values.size() - 1);
    const auto index = static_cast<std::size_t>(position);
    const double rest = position - static_cast<double>(index);
    const double next = values[std::min(index + 1, values.size() - 1)];
    EXPECT_NEAR(values[index] * (1 - rest) + next * rest, expected, tolerance)
        << name << ", quantile " << text;
    const double allowed = 5.4 * std::sqrt(level * (1 - level) * inverse_counts);
    // Values of a few kinds sit on the quantile; rounding must not put them on one side of it.
    const double slack = 1e-9 * std::max(1.0, std::abs(expected));
    EXPECT_LE(share_at(values, expected - slack).below, level + allowed)
        << name << ", quantile " << text;
    EXPECT_GE(share_at(values, expected + slack).up_to, level - allowed)
        << name << ", quantile " << text;
  }
}

}  // namespace saker::test

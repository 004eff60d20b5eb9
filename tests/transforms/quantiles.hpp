// Compares own draws with the quantiles of the reference's.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace saker::test {

inline constexpr int kDraws = 20000;

// statistic: an entry of distributions.json with n, min, max and quantiles. Each quantile of the
// values must lie within share * (max - min) of the stored one.
inline void expect_quantiles(std::vector<double> values,
                             const nlohmann::ordered_json& statistic,
                             const std::string& name,
                             double share = 0.02) {
  ASSERT_FALSE(values.empty()) << name;
  std::ranges::sort(values);
  const double tolerance =
      share * (statistic["max"].get<double>() - statistic["min"].get<double>());
  for (const auto& [level, expected] : statistic["quantiles"].items()) {
    const double position = std::stod(level) * static_cast<double>(values.size() - 1);
    const auto index = static_cast<std::size_t>(position);
    const double rest = position - static_cast<double>(index);
    const double next = values[std::min(index + 1, values.size() - 1)];
    EXPECT_NEAR(values[index] * (1 - rest) + next * rest, expected.get<double>(), tolerance)
        << name << ", quantile " << level;
  }
}

}  // namespace saker::test

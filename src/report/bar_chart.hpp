// Charts without scripts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace saker {

struct ChartBar {
  std::string name;        // plain text
  std::int64_t value = 0;  // >= 0
};

// A line each, its bar as long as its share of the largest value.
std::string bar_chart(std::span<const ChartBar> bars);

// Upright columns side by side, the names of every `tick`th beneath. Their values show when pointed
// at.
std::string column_chart(std::span<const ChartBar> columns, std::size_t tick = 1);

}  // namespace saker

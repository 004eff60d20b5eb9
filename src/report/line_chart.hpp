// Curves as a picture (SVG) without scripts, which fits the width of what it stands in.
//
//   page.add(line_chart({.title = "Loss", .x_label = "step", .y_label = "loss"}, series));
//
// Series are told apart by colour and by dashes, and named beneath. Colours follow the page's light
// or dark. Longer series than the picture has pixels keep their extremes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace saker {

struct ChartSeries {
  std::string name;                               // plain text
  std::vector<std::pair<double, double>> points;  // x, y; what is not finite is a gap
};

struct LineChart {
  std::string title = {};  // plain text, like the labels
  std::string x_label = {};
  std::string y_label = {};
  std::optional<std::pair<double, double>> x_range = {};  // by the points where it is empty
  std::optional<std::pair<double, double>> y_range = {};
  bool log_y = false;  // points that are not above 0 are gaps
};

// A <figure> with the picture and the series' names. Without a finite point it says so.
std::string line_chart(const LineChart& chart, std::span<const ChartSeries> series);

// From 3 to about `count` round numbers (1, 2 or 5 times a power of ten) within the range.
std::vector<double> round_ticks(double low, double high, int count);

}  // namespace saker

#include "report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/html.hpp"

namespace saker {
namespace {

// Units of the picture; it is scaled to the width that there is.
constexpr double kWidth = 480, kHeight = 280;
constexpr double kLeft = 54, kRight = 12, kTop = 10, kBottom = 38;
constexpr std::size_t kColumns = 400;  // places along x that are told apart
constexpr std::size_t kColors = 8;

using Range = std::pair<double, double>;

bool is_drawn(const LineChart& chart, const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second) &&
         (!chart.log_y || point.second > 0);
}

// A range of some length around the values.
Range widened(Range range) {
  if (range.first < range.second) return range;
  const double margin = std::max(std::abs(range.first) * 0.1, 1e-9);
  return {range.first - margin, range.second + margin};
}

class Picture {
 public:
  Picture(const LineChart& chart, Range x, Range y) : chart_(chart), x_(x), y_(y) {}

  double left(double x) const {
    return kLeft + (kWidth - kLeft - kRight) * (x - x_.first) / (x_.second - x_.first);
  }
  double top(double y) const {
    const auto scaled = [&](double value) { return chart_.log_y ? std::log10(value) : value; };
    const double part = (scaled(y) - scaled(y_.first)) / (scaled(y_.second) - scaled(y_.first));
    return kHeight - kBottom - (kHeight - kTop - kBottom) * part;
  }

  std::string axes() const {
    std::string svg;
    for (const double tick : round_ticks(x_.first, x_.second, 6)) {
      svg += fmt::format(
          "<path class=\"grid\" d=\"M{0:.1f} {1}V{2}\"/><text x=\"{0:.1f}\" y=\"{3}\" "
          "text-anchor=\"middle\">{4}</text>\n",
          left(tick),
          kTop,
          kHeight - kBottom,
          kHeight - kBottom + 15,
          number(tick));
    }
    for (const double tick : chart_.log_y ? powers_of_ten() : round_ticks(y_.first, y_.second, 6)) {
      svg += fmt::format(
          "<path class=\"grid\" d=\"M{0} {1:.1f}H{2}\"/><text x=\"{3}\" y=\"{4:.1f}\" "
          "text-anchor=\"end\">{5}</text>\n",
          kLeft,
          top(tick),
          kWidth - kRight,
          kLeft - 6,
          top(tick) + 4,
          number(tick));
    }
    svg += fmt::format("<path class=\"axis\" d=\"M{0} {1}V{2}H{3}\"/>\n",
                       kLeft,
                       kTop,
                       kHeight - kBottom,
                       kWidth - kRight);
    svg += fmt::format("<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       (kLeft + kWidth - kRight) / 2,
                       kHeight - 6,
                       escape_html(chart_.x_label));
    svg += fmt::format(
        "<text class=\"label\" transform=\"translate(12 {}) rotate(-90)\" "
        "text-anchor=\"middle\">{}</text>\n",
        (kTop + kHeight - kBottom) / 2,
        escape_html(chart_.y_label));
    return svg;
  }

  std::string line(const ChartSeries& series, std::size_t place) const {
    std::string path;
    bool is_connected = false;
    bool has_point = false;
    std::pair<double, double> alone;
    for (const auto& point : thinned(series.points)) {
      if (!is_drawn(chart_, point)) {
        is_connected = false;
        continue;
      }
      path += fmt::format(
          "{}{:.1f} {:.1f}", is_connected ? 'L' : 'M', left(point.first), top(point.second));
      is_connected = has_point = true;
      alone = point;
    }
    if (!has_point) return {};
    std::string svg =
        fmt::format("<path class=\"line c{} d{}\" d=\"{}\"><title>{}</title></path>\n",
                    place % kColors,
                    place / kColors % 3,
                    path,
                    escape_html(series.name));
    if (series.points.size() == 1) {
      svg += fmt::format("<circle class=\"dot c{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>\n",
                         place % kColors,
                         left(alone.first),
                         top(alone.second));
    }
    return svg;
  }

 private:
  // At most first, least, largest and last of each column.
  std::vector<std::pair<double, double>> thinned(
      const std::vector<std::pair<double, double>>& points) const {
    if (points.size() <= 2 * kColumns) return points;
    std::vector<std::pair<double, double>> kept;
    const auto column = [&](const std::pair<double, double>& point) {
      const double part = (point.first - x_.first) / (x_.second - x_.first);
      return std::isfinite(part) ? std::floor(part * static_cast<double>(kColumns)) : part;
    };
    for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
      const double here = column(points[begin]);
      while (end < points.size() && (column(points[end]) == here || end == begin)) ++end;
      std::vector<std::size_t> places = {begin, end - 1};
      const auto first = points.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = points.begin() + static_cast<std::ptrdiff_t>(end);
      const auto by_value = [](const auto& a, const auto& b) { return a.second < b.second; };
      places.push_back(
          static_cast<std::size_t>(std::min_element(first, last, by_value) - points.begin()));
      places.push_back(
          static_cast<std::size_t>(std::max_element(first, last, by_value) - points.begin()));
      std::sort(places.begin(), places.end());
      places.erase(std::unique(places.begin(), places.end()), places.end());
      for (const std::size_t place : places) kept.push_back(points[place]);
    }
    return kept;
  }

  std::vector<double> powers_of_ten() const {
    std::vector<double> ticks;
    const auto low = static_cast<int>(std::ceil(std::log10(y_.first) - 1e-9));
    const auto high = static_cast<int>(std::floor(std::log10(y_.second) + 1e-9));
    const int step = std::max(1, (high - low) / 6 + ((high - low) % 6 != 0 ? 1 : 0));
    for (int power = low; power <= high; power += step) ticks.push_back(std::pow(10.0, power));
    return ticks.empty() ? std::vector<double>{y_.first, y_.second} : ticks;
  }

  static std::string number(double value) {
    const double size = std::abs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-3)) return fmt::format("{:.2g}", value);
    return fmt::format("{:.6g}", value);
  }

  const LineChart& chart_;
  Range x_, y_;
};

// By the points that are drawn, where the chart does not give them; empty without any.
std::optional<std::pair<Range, Range>> ranges_of(const LineChart& chart,
                                                 std::span<const ChartSeries> series) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Range x{kInfinity, -kInfinity}, y{kInfinity, -kInfinity};
  for (const ChartSeries& one : series) {
    for (const auto& point : one.points) {
      if (!is_drawn(chart, point)) continue;
      x = {std::min(x.first, point.first), std::max(x.second, point.first)};
      y = {std::min(y.first, point.second), std::max(y.second, point.second)};
    }
  }
  if (x.first > x.second) return std::nullopt;
  return std::pair(widened(chart.x_range.value_or(x)), widened(chart.y_range.value_or(y)));
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * power;
    if (step >= rough * (1 - 1e-9)) break;
  }
  std::vector<double> ticks;
  for (double place = std::ceil(low / step - 1e-9); place * step <= high + 1e-9 * step; place += 1)
    ticks.push_back(place == 0 ? 0 : place * step);
  return ticks;
}

std::string line_chart(const LineChart& chart, std::span<const ChartSeries> series) {
  std::string html = "<figure class=\"chart\">\n";
  if (!chart.title.empty())
    html += fmt::format("<figcaption>{}</figcaption>\n", escape_html(chart.title));
  const auto ranges = ranges_of(chart, series);
  if (!ranges) return html + "<p class=\"dim\">No values yet.</p>\n</figure>\n";
  const Picture picture(chart, ranges->first, ranges->second);
  html += fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                      kWidth,
                      kHeight,
                      escape_html(chart.title));
  html += picture.axes();
  // The first series lies on top.
  for (std::size_t i = series.size(); i-- > 0;) html += picture.line(series[i], i);
  html += "</svg>\n";
  if (series.size() > 1) {
    html += "<p class=\"legend\">";
    for (std::size_t i = 0; i < series.size(); ++i) {
      html += fmt::format(
          "<span><svg viewBox=\"0 0 22 8\" width=\"22\" height=\"8\"><path class=\"line c{} d{}\" "
          "d=\"M1 "
          "4H21\"/></svg>{}</span> ",
          i % kColors,
          i / kColors % 3,
          escape_html(series[i].name));
    }
    html += "</p>\n";
  }
  return html + "</figure>\n";
}

}  // namespace saker

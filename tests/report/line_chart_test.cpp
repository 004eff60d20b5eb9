#include "report/line_chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace saker {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(RoundTicks, AreRoundAndInside) {
  EXPECT_EQ(round_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  for (const auto& [low, high] : {std::pair(-3.7, 12.2), {1e-7, 5e-7}, {100, 100000}, {-1, 1}}) {
    const std::vector<double> ticks = round_ticks(low, high, 6);
    ASSERT_GE(ticks.size(), 3U) << low;
    EXPECT_LE(ticks.size(), 8U) << low;
    EXPECT_GE(ticks.front(), low - 1e-9 * (high - low));
    EXPECT_LE(ticks.back(), high + 1e-9 * (high - low));
  }
}

TEST(LineChart, DrawsEachSeriesAndNamesIt) {
  const std::vector<ChartSeries> series = {{"train <loss>", {{0, 3}, {1, 2}, {2, 1}}},
                                           {"val", {{0, 3}, {2, 2}}}};
  const std::string html = line_chart({.title = "Loss & more", .x_label = "step"}, series);
  EXPECT_NE(html.find("Loss &amp; more"), std::string::npos);
  EXPECT_EQ(count_of(html, "train &lt;loss&gt;"), 2U);  // when pointed at, and beneath
  EXPECT_EQ(html.find("<loss>"), std::string::npos);
  EXPECT_EQ(count_of(html, "<title>"), 2U);
}

TEST(LineChart, LeavesGapsWhereValuesAreMissing) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ChartSeries> series = {{"a", {{0, 1}, {1, 2}, {2, kNan}, {3, 1}, {4, 2}}}};
  const std::string html = line_chart({}, series);
  const std::size_t begin = html.find("class=\"line");
  const std::string line = html.substr(begin, html.find("</path>", begin) - begin);
  EXPECT_EQ(std::count(line.begin(), line.end(), 'M'), 2) << line;
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(LineChart, SaysThatThereIsNothing) {
  const std::vector<ChartSeries> series = {{"a", {}}};
  EXPECT_NE(line_chart({.title = "Loss"}, series).find("No values yet"), std::string::npos);
  // A logarithm has no place for 0.
  const std::vector<ChartSeries> zeros = {{"a", {{0, 0}}}};
  EXPECT_NE(line_chart({.log_y = true}, zeros).find("No values yet"), std::string::npos);
}

TEST(LineChart, ShowsASinglePointAndAConstant) {
  const std::vector<ChartSeries> point = {{"a", {{5, 1}}}};
  EXPECT_EQ(count_of(line_chart({}, point), "<circle"), 1U);
  const std::vector<ChartSeries> constant = {{"a", {{0, 0}, {1, 0}}}};
  const std::string html = line_chart({}, constant);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("inf"), std::string::npos);
}

TEST(LineChart, KeepsTheExtremesOfLongSeries) {
  ChartSeries series{"a", {}};
  for (int i = 0; i < 100000; ++i) series.points.emplace_back(i, i == 54321 ? 10.0 : std::sin(i));
  const std::string html = line_chart({}, {&series, 1});
  EXPECT_LT(html.size(), 60000U);
  // The peak reaches the top of the picture.
  EXPECT_NE(html.find(" 10.0L"), std::string::npos);
}

}  // namespace
}  // namespace saker

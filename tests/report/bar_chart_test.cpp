#include "report/bar_chart.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace saker {
namespace {

TEST(BarChart, BarsAreSharesOfTheLargest) {
  const std::vector<ChartBar> bars = {{"a<b", 50}, {"c", 200}, {"d", 0}};
  const std::string html = bar_chart(bars);
  EXPECT_NE(html.find("a&lt;b"), std::string::npos);
  EXPECT_NE(html.find("width:25.00%"), std::string::npos);
  EXPECT_NE(html.find("width:100.00%"), std::string::npos);
  EXPECT_NE(html.find("width:0.00%"), std::string::npos);
}

TEST(BarChart, NothingButZerosHasEmptyBars) {
  const std::vector<ChartBar> bars = {{"a", 0}};
  EXPECT_NE(bar_chart(bars).find("width:0.00%"), std::string::npos);
}

TEST(BarChart, ColumnsNameEveryTick) {
  const std::vector<ChartBar> columns = {{"one", 1}, {"two", 4}, {"three", 2}};
  const std::string html = column_chart(columns, 2);
  EXPECT_NE(html.find("<span>one</span><span></span><span>three</span>"), std::string::npos);
  EXPECT_NE(html.find("height:25.00%\" title=\"one: 1\""), std::string::npos);
}

}  // namespace
}  // namespace saker

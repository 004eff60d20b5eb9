#include "report/bar_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/html.hpp"

namespace saker {
namespace {

double percent(std::int64_t value, std::int64_t most) {
  return most <= 0 ? 0 : 100 * static_cast<double>(value) / static_cast<double>(most);
}

std::int64_t largest(std::span<const ChartBar> bars) {
  std::int64_t most = 0;
  for (const ChartBar& bar : bars) most = std::max(most, bar.value);
  return most;
}

}  // namespace

std::string bar_chart(std::span<const ChartBar> bars) {
  const std::int64_t most = largest(bars);
  std::string html = "<div class=\"bars\">";
  for (const ChartBar& bar : bars) {
    html += fmt::format(
        "<div class=\"name\">{}</div><div class=\"track\"><div class=\"bar\" "
        "style=\"width:{:.2f}%\"></div></div><div class=\"value\">{}</div>\n",
        escape_html(bar.name),
        percent(bar.value, most),
        bar.value);
  }
  return html + "</div>\n";
}

std::string column_chart(std::span<const ChartBar> columns, std::size_t tick) {
  const std::int64_t most = largest(columns);
  std::string html = "<div class=\"columns\">";
  for (const ChartBar& column : columns) {
    html += fmt::format("<div style=\"height:{:.2f}%\" title=\"{}: {}\"></div>",
                        percent(column.value, most),
                        escape_html(column.name),
                        column.value);
  }
  html += "</div><div class=\"ticks\">";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    html += fmt::format("<span>{}</span>",
                        tick > 0 && i % tick == 0 ? escape_html(columns[i].name) : "");
  }
  return html + "</div>\n";
}

}  // namespace saker

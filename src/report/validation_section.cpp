#include "report/validation_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/html.hpp"
#include "report/line_chart.hpp"

namespace saker {
namespace {

constexpr std::size_t kCurves = 8;

double number_of(const Value& object, const char* key, double otherwise) {
  const Value* const value = object.find(key);
  return value != nullptr && value->is_number() ? value->as_double() : otherwise;
}

std::string name_of(const Value& object) {
  const Value* const value = object.find("name");
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

std::string cell(double value) {
  return fmt::format("<td class=\"number\">{}</td>",
                     value < 0 ? "–" : fmt::format("{:.3f}", value));
}

// Precision that falls with recall, as average precision counts it. Points are [score, precision,
// recall], highest score first.
ChartSeries precision_series(const Value& of_class) {
  ChartSeries series{.name = name_of(of_class), .points = {}};
  const Value* const curve = of_class.find("curve");
  if (curve == nullptr || !curve->is_array()) return series;
  double best = 0;
  const Value::Array& points = curve->as_array();
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!point->is_array() || point->as_array().size() < 3) continue;
    const Value::Array& numbers = point->as_array();
    if (!numbers[1].is_number() || !numbers[2].is_number()) continue;
    best = std::max(best, numbers[1].as_double());
    series.points.emplace_back(numbers[2].as_double(), best);
  }
  std::reverse(series.points.begin(), series.points.end());
  if (!series.points.empty())
    series.points.insert(series.points.begin(), {0, series.points.front().second});
  return series;
}

std::string table_row(const Value& of_class) {
  const Value* const found = of_class.find("best");
  const Value best = found == nullptr ? Value() : *found;
  return fmt::format("<tr><td>{}</td><td class=\"number\">{:.0f}</td>{}{}{}{}{}{}</tr>\n",
                     escape_html(name_of(of_class)),
                     number_of(of_class, "truths", 0),
                     cell(number_of(of_class, "ap", -1)),
                     cell(number_of(of_class, "ap_50", -1)),
                     cell(number_of(best, "f1", -1)),
                     cell(number_of(best, "score", -1)),
                     cell(number_of(best, "precision", -1)),
                     cell(number_of(best, "recall", -1)));
}

}  // namespace

std::string validation_section(const Value& validation) {
  const Value* const classes = validation.find("classes");
  if (classes == nullptr || !classes->is_array() || classes->as_array().empty()) return {};
  std::vector<Value> labelled;
  for (const Value& of_class : classes->as_array()) {
    if (number_of(of_class, "truths", 0) > 0) labelled.push_back(of_class);
  }
  std::stable_sort(labelled.begin(), labelled.end(), [](const Value& a, const Value& b) {
    return number_of(a, "ap_50", -1) < number_of(b, "ap_50", -1);
  });
  std::string html =
      fmt::format("<h2>Classes <span class=\"dim\">best validation, step {:.0f}</span></h2>\n",
                  number_of(validation, "step", -1) + 1);
  std::vector<ChartSeries> series;
  if (const Value* const all = validation.find("all"); all != nullptr) {
    series.push_back(precision_series(*all));
    series.back().name = "all classes";
  }
  for (std::size_t i = 0; labelled.size() > 1 && i < std::min(labelled.size(), kCurves - 1); ++i)
    series.push_back(precision_series(labelled[i]));
  html += "<div class=\"charts\">\n" +
          line_chart({.title = "Precision by recall, at IoU 0.50",
                      .x_label = "recall",
                      .y_label = "precision",
                      .x_range = {{0, 1}},
                      .y_range = {{0, 1}}},
                     series) +
          "</div>\n";
  html +=
      "<div class=\"scroll\"><table><tr><th>class</th><th class=\"number\">boxes</th><th "
      "class=\"number\">AP</th><th class=\"number\">AP 0.50</th><th class=\"number\">best "
      "F1</th><th "
      "class=\"number\">at threshold</th><th class=\"number\">precision</th><th "
      "class=\"number\">recall</th></tr>\n";
  for (const Value& of_class : classes->as_array()) html += table_row(of_class);
  return html + "</table></div>\n";
}

}  // namespace saker

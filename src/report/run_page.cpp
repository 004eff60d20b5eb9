#include "report/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/file.hpp"
#include "core/yaml_writer.hpp"
#include "report/html.hpp"
#include "report/html_page.hpp"
#include "report/line_chart.hpp"
#include "report/validation_section.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint64_t kMostPictureBytes = std::uint64_t{4} << 20;

std::string tile(const std::string& value, const std::string& text) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n",
                     escape_html(value),
                     escape_html(text));
}

std::string text_of(const Value& value) {
  return value.is_string() ? value.as_string() : value.to_json();
}

// A setting by its dotted name, as text; empty when it is not there.
std::string setting(const RunRecord& run, std::initializer_list<const char*> path) {
  if (!run.settings) return {};
  const Value* value = &*run.settings;
  for (const char* key : path) {
    value = value->find(key);
    if (value == nullptr) return {};
  }
  return value->is_null() ? std::string() : text_of(*value);
}

std::string state_of(const RunRecord& run) {
  if (run.is_finished) return "finished";
  return run.step == 0 ? "no step logged yet" : "not finished";
}

std::string head(const RunRecord& run) {
  const std::string name =
      std::filesystem::absolute(run.folder).lexically_normal().filename().string();
  std::string html =
      fmt::format("<h1>{}</h1>\n", escape_html(name.empty() ? run.folder.string() : name));
  const std::string model = setting(run, {"model"});
  const std::string data = setting(run, {"data", "path"});
  html += fmt::format(
      "<p class=\"lead\">{}{}{}</p>\n",
      escape_html(model.empty() ? "A training" : model),
      data.empty() ? std::string() : " on <span class=\"path\">" + escape_html(data) + "</span>",
      ", " + state_of(run));
  if (run.steps > 0) {
    const double share =
        std::min(1.0, static_cast<double>(run.step) / static_cast<double>(run.steps));
    html += fmt::format(
        "<div class=\"bars\"><div class=\"name\">step</div><div class=\"track\"><div class=\"bar\" "
        "style=\"width:{:.1f}%\"></div></div><div class=\"value\">{} of {}</div></div>\n",
        100 * share,
        run.step,
        run.steps);
  }
  return html;
}

// The point of the largest value, or of the least one.
std::optional<std::pair<double, double>> best_of(const ScalarSeries& series, bool largest) {
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto place = largest ? std::max_element(series.begin(), series.end(), less)
                             : std::min_element(series.begin(), series.end(), less);
  if (place == series.end()) return std::nullopt;
  return *place;
}

std::string share_of_loading(const RunRecord& run) {
  const auto step = run.latest("profiling/train_step_time_sec");
  const auto data = run.latest("profiling/train_data_time_sec");
  if (!step || !data || !(*step > 0)) return {};
  return fmt::format("{:.0f} %", 100 * *data / *step);
}

std::string tiles(const RunRecord& run) {
  std::string html = "<div class=\"tiles\">\n";
  if (const auto best = best_of(run.series("val_metric/map"), true))
    html += tile(fmt::format("{:.3f}", best->second),
                 fmt::format("best mAP, step {:.0f}", best->first));
  if (const auto best = best_of(run.series("val_metric/map_50"), true))
    html += tile(fmt::format("{:.3f}", best->second),
                 fmt::format("best mAP at IoU 0.50, step {:.0f}", best->first));
  if (const auto loss = run.latest("train_loss"))
    html += tile(fmt::format("{:.3f}", *loss), "training loss now");
  if (const auto rate = run.latest("profiling/train_throughput_img_per_sec"))
    html += tile(fmt::format("{:.1f}", *rate), "images a second");
  if (const std::string share = share_of_loading(run); !share.empty())
    html += tile(share, "of a step is waiting for images");
  return html + "</div>\n";
}

// Series of the tags that are there; a prefix shortens their names.
std::vector<ChartSeries> series_of(const RunRecord& run,
                                   const std::vector<std::pair<std::string, std::string>>& tags) {
  std::vector<ChartSeries> series;
  for (const auto& [tag, name] : tags) {
    ScalarSeries points = run.series(tag);
    // -1 stands for an undefined metric.
    if (tag.starts_with("val_metric"))
      std::erase_if(points, [](const auto& point) { return point.second < 0; });
    if (!points.empty()) series.push_back({.name = name, .points = std::move(points)});
  }
  return series;
}

std::vector<ChartSeries> series_below(const RunRecord& run, std::string_view prefix) {
  std::vector<ChartSeries> series;
  for (const auto& [tag, values] : run.scalars) {
    if (tag.starts_with(prefix))
      series.push_back({.name = tag.substr(prefix.size()), .points = values});
  }
  return series;
}

double largest_of(const std::vector<ChartSeries>& series) {
  double largest = 0;
  for (const ChartSeries& one : series) {
    for (const auto& [step, value] : one.points) largest = std::max(largest, value);
  }
  return largest > 0 ? largest : 1;
}

std::string charts(const RunRecord& run) {
  std::string html = "<h2>Curves</h2>\n<div class=\"charts\">\n";
  // Of one range of steps, so that charts can be compared.
  const auto add = [&](LineChart chart, const std::vector<ChartSeries>& series, bool from_zero) {
    if (series.empty()) return;
    chart.x_label = "step";
    chart.x_range = {0, static_cast<double>(std::max<std::int64_t>(run.step, 1))};
    if (from_zero) chart.y_range = {0, largest_of(series)};
    html += line_chart(chart, series);
  };
  add({.title = "Loss", .y_label = "loss"},
      series_of(run, {{"train_loss", "training"}, {"val_loss", "validation"}}),
      false);
  add({.title = "Mean average precision", .y_label = "mAP"},
      series_of(run,
                {{"val_metric/map", "IoU 0.50 to 0.95"},
                 {"val_metric/map_50", "IoU 0.50"},
                 {"val_metric/map_75", "IoU 0.75"}}),
      true);
  add({.title = "Parts of the training loss", .y_label = "loss"},
      series_below(run, "train_loss/"),
      true);
  add({.title = "Parts of the validation loss", .y_label = "loss"},
      series_below(run, "val_loss/"),
      true);
  std::vector<ChartSeries> rates = series_of(run, {{"learning_rate", "learning rate"}});
  for (ChartSeries& group : series_below(run, "learning_rate/")) rates.push_back(std::move(group));
  add({.title = "Learning rate", .y_label = "learning rate"}, rates, true);
  add({.title = "Mean recall and precision by size", .y_label = "value"},
      series_of(run,
                {{"val_metric/mar_100", "recall, 100 an image"},
                 {"val_metric/map_small", "mAP small"},
                 {"val_metric/map_medium", "mAP medium"},
                 {"val_metric/map_large", "mAP large"}}),
      true);
  add({.title = "Gradient norm", .y_label = "norm", .log_y = true},
      series_of(run, {{"grad_norm", "gradient norm"}}),
      false);
  add({.title = "Time of a step", .y_label = "seconds"},
      series_of(run,
                {{"profiling/train_step_time_sec", "whole"},
                 {"profiling/train_data_time_sec", "waiting for images"}}),
      true);
  add({.title = "Images a second", .y_label = "images"},
      series_of(run,
                {{"profiling/train_throughput_img_per_sec", "training"},
                 {"profiling/val_throughput_img_per_sec", "validation"}}),
      true);
  std::vector<ChartSeries> classes = series_below(run, "val_metric_classwise/map_");
  add({.title = "Average precision of classes", .y_label = "AP"}, classes, true);
  return html + "</div>\n";
}

// What a picture of image_examples shows, by its name.
std::string caption_of(const std::string& stem) {
  const std::size_t last = stem.rfind('_');
  const std::string number = last == std::string::npos ? "" : stem.substr(last + 1);
  if (stem.starts_with("train_labels_")) return "Training batch " + number + " with its labels";
  if (stem.starts_with("val_predictions_")) return "Validation batch " + number + ", detected";
  if (stem.starts_with("val_labels_")) return "Validation batch " + number + ", labelled";
  return stem;
}

std::string pictures(const RunRecord& run) {
  if (run.pictures.empty()) return {};
  // Detections beside their labels, then what training saw.
  std::vector<std::filesystem::path> order = run.pictures;
  const auto rank = [](const std::filesystem::path& path) {
    const std::string stem = path.stem().string();
    const std::size_t last = stem.rfind('_');
    const std::string number = last == std::string::npos ? stem : stem.substr(last + 1);
    return std::pair(stem.starts_with("train") ? 1 : 0, number);
  };
  std::stable_sort(
      order.begin(), order.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::string html = "<h2>Samples</h2>\n<div class=\"figures wide\">\n";
  for (const std::filesystem::path& path : order) {
    const std::string caption = caption_of(path.stem().string());
    try {
      html += fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n",
                          embedded_image(read_file(path, kMostPictureBytes), "image/jpeg", caption),
                          escape_html(caption));
    } catch (const Error& error) {
      html += fmt::format("<p class=\"dim\">{}</p>\n", escape_html(error.what()));
    }
  }
  return html + "</div>\n";
}

std::string notices(const RunRecord& run) {
  std::string html;
  if (!run.problems.empty()) {
    html += "<h2>Not readable</h2>\n<ul>";
    for (const std::string& problem : run.problems)
      html += "<li class=\"path\">" + escape_html(problem) + "</li>\n";
    html += "</ul>\n";
  }
  if (!run.warnings.empty()) {
    html +=
        fmt::format("<h2>Warnings <span class=\"dim\">{}</span></h2>\n<ul>", run.warnings.size());
    for (const std::string& line : run.warnings)
      html += "<li class=\"path\">" + escape_html(line) + "</li>\n";
    html += "</ul>\n";
  }
  return html;
}

std::string system_table(const RunRecord& run) {
  if (!run.system || !run.system->is_object()) return {};
  std::string html = "<h2>System</h2>\n<div class=\"scroll\"><table>\n";
  for (const auto& [key, value] : run.system->as_object()) {
    std::string text = text_of(value);
    std::string name = key_text(key);
    if (name == "memory_bytes" && value.is_number()) {
      name = "memory";
      text = fmt::format("{:.1f} GiB", value.as_double() / (1 << 30));
    }
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape_html(name), escape_html(text));
  }
  return html + "</table></div>\n";
}

std::string settings_section(const RunRecord& run) {
  if (!run.settings) return {};
  return "<h2>Settings</h2>\n<details><summary>config.yaml</summary><pre class=\"scroll\">" +
         escape_html(to_yaml(*run.settings)) + "</pre></details>\n";
}

}  // namespace

std::string run_page_body(const RunRecord& run) {
  return head(run) + tiles(run) + charts(run) +
         (run.validation ? validation_section(*run.validation) : std::string()) + pictures(run) +
         notices(run) + system_table(run) + settings_section(run);
}

std::string run_page(const RunRecord& run) {
  HtmlPage page("Run " + run.folder.filename().string());
  page.add(run_page_body(run));
  return page.text();
}

}  // namespace saker

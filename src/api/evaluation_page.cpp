// The report of an evaluation as one HTML file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <span>

#include "core/atomic_file.hpp"
#include "image/draw/detections.hpp"
#include "image/encode.hpp"
#include "image/read_image.hpp"
#include "image/resize.hpp"
#include "report/html.hpp"
#include "report/html_page.hpp"
#include "report/line_chart.hpp"
#include "saker/evaluate.hpp"
#include "saker/image.hpp"

namespace saker {
namespace {

// Bounds of a page that is read by people, whatever the data set holds.
constexpr std::size_t kCurves = 8;
constexpr std::size_t kMatrixClasses = 24;
constexpr std::size_t kConfusions = 20;
constexpr std::int64_t kPictureSide = 640;

std::string number(double value) { return value < 0 ? "–" : fmt::format("{:.3f}", value); }

std::string cell(double value) {
  return fmt::format("<td class=\"number\">{}</td>", number(value));
}

std::string tile(const std::string& value, const std::string& text) {
  return fmt::format(
      "<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", value, escape_html(text));
}

// Precision that falls with recall, as average precision counts it.
ChartSeries precision_series(const std::string& name, const OperatingCurve& curve) {
  ChartSeries series{.name = name, .points = {}};
  double best = 0;
  for (auto point = curve.rbegin(); point != curve.rend(); ++point) {
    best = std::max(best, point->precision);
    series.points.emplace_back(point->recall, best);
  }
  std::reverse(series.points.begin(), series.points.end());
  if (!series.points.empty())
    series.points.insert(series.points.begin(), {0, series.points.front().second});
  return series;
}

ChartSeries f1_series(const std::string& name, const OperatingCurve& curve) {
  ChartSeries series{.name = name, .points = {}};
  for (const OperatingPoint& point : curve) series.points.emplace_back(point.score, point.f1);
  return series;
}

class EvaluationPage {
 public:
  EvaluationPage(const EvaluationReport& report, const std::string& title)
      : report_(report), title_(title), page_("Evaluation: " + title) {
    for (const ClassEvaluation& of_class : report.classes)
      names_.emplace_back(of_class.id, of_class.name);
  }

  std::string text() {
    add_head();
    add_curves();
    add_classes();
    add_sizes();
    add_confusions();
    add_worst();
    return page_.text();
  }

 private:
  void add_head() {
    page_.add(fmt::format("<h1>Evaluation</h1>\n<p class=\"path\">{}</p>\n", escape_html(title_)));
    std::string tiles = "<div class=\"tiles\">\n";
    tiles += tile(number(report_.map), "mAP, IoU 0.50 to 0.95");
    tiles += tile(number(report_.map_50), "mAP at IoU 0.50");
    tiles += tile(number(report_.map_75), "mAP at IoU 0.75");
    tiles += tile(number(report_.mar_100), "mean recall, 100 an image");
    if (report_.best) tiles += tile(number(report_.best->f1), "best F1, at IoU 0.50");
    tiles += tile(std::to_string(report_.images), report_.images == 1 ? "image" : "images");
    page_.add(tiles + "</div>\n");
    if (!report_.best) return;
    page_.add(
        fmt::format("<p class=\"lead\">A threshold of <b>{:.2f}</b> gives the best F1 over all "
                    "classes: {:.1f} % of "
                    "what is detected is right, and {:.1f} % of what is there is found.</p>\n",
                    report_.best->score,
                    100 * report_.best->precision,
                    100 * report_.best->recall));
  }

  // The classes with labels, the worst first.
  std::vector<const ClassEvaluation*> labelled_classes() const {
    std::vector<const ClassEvaluation*> classes;
    for (const ClassEvaluation& of_class : report_.classes) {
      if (of_class.truths > 0) classes.push_back(&of_class);
    }
    std::stable_sort(classes.begin(), classes.end(), [](const auto* a, const auto* b) {
      return a->ap_50 < b->ap_50;
    });
    return classes;
  }

  void add_curves() {
    std::vector<const ClassEvaluation*> classes = labelled_classes();
    const std::size_t shown = std::min(classes.size(), kCurves - 1);
    std::vector<ChartSeries> precision = {precision_series("all classes", report_.curve)};
    std::vector<ChartSeries> f1 = {f1_series("all classes", report_.curve)};
    // A single class is all classes.
    for (std::size_t i = 0; classes.size() > 1 && i < shown; ++i) {
      precision.push_back(precision_series(classes[i]->name, classes[i]->curve));
      f1.push_back(f1_series(classes[i]->name, classes[i]->curve));
    }
    page_.add("<h2>Precision, recall and threshold</h2>\n<div class=\"charts\">\n");
    page_.add(line_chart({.title = "Precision by recall, at IoU 0.50",
                          .x_label = "recall",
                          .y_label = "precision",
                          .x_range = {{0, 1}},
                          .y_range = {{0, 1}}},
                         precision));
    page_.add(line_chart({.title = "F1 by threshold, at IoU 0.50",
                          .x_label = "threshold",
                          .y_label = "F1",
                          .x_range = {{0, 1}},
                          .y_range = {{0, 1}}},
                         f1));
    page_.add("</div>\n");
    if (shown < classes.size()) {
      page_.add(
          fmt::format("<p class=\"dim\">The {} classes of the least average precision of {}.</p>\n",
                      shown,
                      classes.size()));
    }
  }

  void add_classes() {
    std::string table =
        "<h2>Classes</h2>\n<div class=\"scroll\"><table><tr><th>class</th><th "
        "class=\"number\">boxes</th><th class=\"number\">AP</th><th class=\"number\">AP "
        "0.50</th><th "
        "class=\"number\">AP 0.75</th><th class=\"number\">recall</th><th class=\"number\">best "
        "F1</th><th "
        "class=\"number\">at threshold</th><th class=\"number\">precision</th><th "
        "class=\"number\">recall there</th></tr>\n";
    for (const ClassEvaluation& of_class : report_.classes) {
      const OperatingPoint best = of_class.best.value_or(OperatingPoint{-1, -1, -1, -1});
      table += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td>{}{}{}{}{}{}{}{}</tr>\n",
                           escape_html(of_class.name),
                           of_class.truths,
                           cell(of_class.ap),
                           cell(of_class.ap_50),
                           cell(of_class.ap_75),
                           cell(of_class.recall),
                           cell(best.f1),
                           cell(best.score),
                           cell(best.precision),
                           cell(best.recall));
    }
    page_.add(table + "</table></div>\n");
  }

  void add_sizes() {
    const auto row = [](const char* name, double precision, double recall) {
      return fmt::format("<tr><td>{}</td>{}{}</tr>\n", name, cell(precision), cell(recall));
    };
    page_.add(
        "<h2>Sizes</h2>\n<div class=\"scroll\"><table><tr><th>area in pixels</th><th "
        "class=\"number\">mAP</th><th class=\"number\">mean recall</th></tr>\n" +
        row("small, up to 32²", report_.map_small, report_.mar_small) +
        row("medium, to 96²", report_.map_medium, report_.mar_medium) +
        row("large", report_.map_large, report_.mar_large) + "</table></div>\n");
  }

  void add_confusions() {
    if (!report_.best) return;
    page_.add(
        fmt::format("<h2>Confusions</h2>\n<p>Of the detections from threshold {:.2f} on, matched "
                    "with labelled boxes "
                    "at IoU 0.50, whatever their class.</p>\n",
                    report_.best->score));
    if (report_.classes.size() <= kMatrixClasses)
      add_matrix();
    else
      add_frequent_confusions();
  }

  std::string class_of(std::size_t place, const char* none) const {
    return place < report_.classes.size() ? report_.classes[place].name : none;
  }

  void add_matrix() {
    const std::size_t count = report_.classes.size();
    std::string table =
        "<div class=\"scroll\"><table class=\"matrix\"><tr><th>labelled ↓ detected →</th>";
    for (std::size_t d = 0; d <= count; ++d)
      table += fmt::format("<th class=\"number\">{}</th>", escape_html(class_of(d, "not found")));
    table += "</tr>\n";
    for (std::size_t t = 0; t <= count; ++t) {
      const std::vector<std::int64_t>& row = report_.confusion[t];
      const auto sum =
          static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0}));
      table += fmt::format("<tr><th>{}</th>", escape_html(class_of(t, "nothing")));
      for (std::size_t d = 0; d <= count; ++d) {
        const double share = sum > 0 ? static_cast<double>(row[d]) / sum : 0;
        table += fmt::format("<td class=\"number {}\" style=\"--share:{:.0f}%\">{}</td>",
                             t == d ? "right" : "wrong",
                             60 * share,
                             t == count && d == count ? std::string() : std::to_string(row[d]));
      }
      table += "</tr>\n";
    }
    page_.add(table + "</table></div>\n");
  }

  void add_frequent_confusions() {
    struct Confusion {
      std::int64_t boxes;
      std::size_t truth, detected;
    };
    std::vector<Confusion> confusions;
    for (std::size_t t = 0; t < report_.confusion.size(); ++t) {
      for (std::size_t d = 0; d < report_.confusion[t].size(); ++d) {
        if (t != d && report_.confusion[t][d] > 0)
          confusions.push_back({report_.confusion[t][d], t, d});
      }
    }
    std::stable_sort(confusions.begin(), confusions.end(), [](const auto& a, const auto& b) {
      return a.boxes > b.boxes;
    });
    if (confusions.size() > kConfusions) confusions.resize(kConfusions);
    std::string table =
        "<div class=\"scroll\"><table><tr><th>labelled</th><th>detected</th><th "
        "class=\"number\">boxes</th></tr>\n";
    for (const Confusion& confusion : confusions) {
      table += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n",
                           escape_html(class_of(confusion.truth, "nothing")),
                           escape_html(class_of(confusion.detected, "not found")),
                           confusion.boxes);
    }
    page_.add(table + "</table></div>\n<p class=\"dim\">The most frequent ones.</p>\n");
  }

  void add_worst() {
    if (report_.worst.empty()) return;
    page_.add(
        "<h2>Images that cost most</h2>\n<p>How much mAP at IoU 0.50 would rise without the "
        "image's errors. "
        "Dashed: labelled; solid: detected, with the score.</p>\n<div class=\"figures\">\n");
    for (const WorstImage& image : report_.worst) {
      page_.add(fmt::format(
          "<figure>{}<figcaption>{:.4f} of mAP<span "
          "class=\"path\">{}</span></figcaption></figure>\n",
          embedded_image(
              encode_webp(picture_of(image)), "image/webp", "boxes labelled and detected"),
          image.lost_map_50,
          escape_html(image.path)));
    }
    page_.add("</div>\n");
  }

  Image picture_of(const WorstImage& worst) const {
    Image image = read_image(worst.path);
    const std::int64_t longer = std::max(image.height(), image.width());
    double scale = 1;
    if (longer > kPictureSide) {
      image = resize_longer_side(image, kPictureSide);
      scale = static_cast<double>(kPictureSide) / static_cast<double>(longer);
    }
    std::vector<DrawnBox> boxes = drawn_boxes(worst.detections, names_);
    for (std::size_t i = 0; i < worst.truths.size(); ++i) {
      boxes.push_back({.box = worst.truths.bboxes[i],
                       .class_id = worst.truths.labels[i],
                       .text = {},
                       .ground_truth = true});
    }
    for (DrawnBox& drawn : boxes) {
      const auto factor = static_cast<float>(scale);
      drawn.box = {drawn.box.x1 * factor,
                   drawn.box.y1 * factor,
                   drawn.box.x2 * factor,
                   drawn.box.y2 * factor};
    }
    return draw_boxes(image, boxes, {.fill_opacity = 0});
  }

  const EvaluationReport& report_;
  const std::string& title_;
  ClassNames names_;
  HtmlPage page_;
};

}  // namespace

void write_evaluation_page(const EvaluationReport& report,
                           const std::string& title,
                           const std::string& path) {
  write_file_atomically(path, EvaluationPage(report, title).text());
}

}  // namespace saker

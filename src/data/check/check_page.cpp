// The report as one HTML file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>

#include "core/atomic_file.hpp"
#include "data/check/thumbnail_boxes.hpp"
#include "data/check/thumbnails.hpp"
#include "report/bar_chart.hpp"
#include "report/html.hpp"
#include "report/html_page.hpp"
#include "saker/data_check.hpp"

namespace saker {
namespace {

// Bounds of a page that is read by people, whatever the data set holds.
constexpr std::size_t kPicturesOfAKind = 8;
constexpr std::size_t kRowsOfAKind = 100;
constexpr std::size_t kOthersOfARow = 8;
constexpr std::size_t kClassBars = 80;

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string tile(const std::string& style, std::int64_t number, const std::string& text) {
  return fmt::format(
      "<div class=\"tile {}\"><b>{}</b><span>{}</span></div>\n", style, number, escape_html(text));
}

std::string row(const DataFinding& finding) {
  std::string file = escape_html(finding.file);
  if (finding.line > 0) file += fmt::format(":{}", finding.line);
  if (!finding.place.empty()) file += "<br>" + escape_html(finding.place);
  for (std::size_t i = 0; i < std::min(finding.others.size(), kOthersOfARow); ++i)
    file += "<br>" + escape_html(finding.others[i]);
  if (finding.others.size() > kOthersOfARow)
    file += fmt::format("<br>and {} more", finding.others.size() - kOthersOfARow);
  return fmt::format(
      "<tr><td>{}</td><td class=\"path\">{}</td><td class=\"path\">{}</td><td>{}</td></tr>\n",
      escape_html(finding.split),
      file,
      escape_html(finding.value),
      escape_html(finding.message));
}

class CheckPage {
 public:
  explicit CheckPage(const DataCheckReport& report)
      : report_(report), boxes_(report), page_("Data check: " + report.data) {}

  std::string text() {
    add_head();
    add_splits();
    for (const DataFindingGroup& group : report_.groups) add_group(group);
    add_charts();
    return page_.text();
  }

 private:
  void add_head() {
    page_.add("<h1>Data check</h1>\n<p class=\"path\">" + escape_html(report_.data) + "</p>\n");
    page_.add(fmt::format("<p class=\"lead\">{}{}</p>\n",
                          report_.training_would_stop() ? "Training would stop."
                                                        : "Nothing found would stop training.",
                          report_.quick ? " Images were not read (quick)." : ""));
    std::string tiles = "<div class=\"tiles\">\n";
    for (const auto severity :
         {FindingSeverity::kError, FindingSeverity::kWarning, FindingSeverity::kNote}) {
      const std::int64_t count = report_.count(severity);
      const std::string word = to_string(severity);
      tiles += tile(word, count, word + (count == 1 ? "" : "s"));
    }
    for (const SplitSummary& split : report_.splits)
      tiles += tile("", split.images, split.split + " images");
    page_.add(tiles + "</div>\n");
  }

  void add_splits() {
    std::string table =
        "<div class=\"scroll\"><table><tr><th>split</th><th class=\"number\">images</th><th "
        "class=\"number\">without boxes</th><th class=\"number\">boxes</th><th "
        "class=\"number\">boxes an image</th><th class=\"number\">width</th><th "
        "class=\"number\">height</th></tr>\n";
    const auto range = [](const ValueRange& values) {
      return fmt::format(
          "<td class=\"number\">{} / {} / {}</td>", values.minimum, values.median, values.maximum);
    };
    for (const SplitSummary& split : report_.splits) {
      table += fmt::format(
          "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td "
          "class=\"number\">{}</td>{}{}{}</tr>\n",
          escape_html(split.split),
          split.images,
          split.images_without_boxes,
          split.boxes,
          range(split.boxes_per_image),
          range(split.width),
          range(split.height));
    }
    page_.add(table +
              "</table></div>\n<p><small>Ranges are least / middle / most; sizes are pixels of "
              "upright images.</small></p>\n");
  }

  void add_group(const DataFindingGroup& group) {
    page_.add(fmt::format(
        "<section class=\"group\" id=\"{0}-{1}\"><h2><span class=\"badge {0}\">{0}</span>{2} "
        "<span class=\"dim\">{3}</span></h2>\n<p>{4}</p>\n<p class=\"dim\">{5}</p>\n",
        to_string(group.severity),
        escape_html(group.kind),
        escape_html(group.title),
        group.findings.size(),
        escape_html(group.effect),
        escape_html(group.remedy)));
    const std::string pictures = pictures_of(group);
    page_.add(pictures);
    const std::size_t shown = std::min(group.findings.size(), kRowsOfAKind);
    std::string table = fmt::format(
        "<details{}><summary>{}</summary><div class=\"scroll\"><table><tr><th>split</th>"
        "<th>file</th><th>value</th><th>what</th></tr>\n",
        pictures.empty() ? " open" : "",
        shown < group.findings.size()
            ? fmt::format("The first {} of {}; --json lists all", shown, group.findings.size())
            : std::string("Files and lines"));
    for (std::size_t i = 0; i < shown; ++i) table += row(group.findings[i]);
    page_.add(table + "</table></div></details></section>\n");
  }

  // One picture an image, however many of its lines are concerned.
  std::string pictures_of(const DataFindingGroup& group) {
    std::set<std::string> seen;
    std::string figures;
    for (const DataFinding& finding : group.findings) {
      if (finding.image.empty() || seen.size() == kPicturesOfAKind) continue;
      if (!seen.insert(finding.image).second) continue;
      const bool has_labels = finding.file != finding.image;
      if (group.kind == "exif-labels") {
        figures += figure(finding, finding.file, true, "upright, as trained");
        figures += figure(finding, finding.file, false, "as stored");
      } else {
        figures += figure(finding, has_labels ? finding.file : std::string(), true, "");
      }
    }
    return figures.empty() ? figures : "<div class=\"figures\">\n" + figures + "</div>\n";
  }

  std::string figure(const DataFinding& finding,
                     const std::string& label_file,
                     bool upright,
                     const std::string& view) {
    const Thumbnail thumbnail = make_thumbnail(
        finding.image, boxes_.of(finding.image, label_file), report_.classes, upright);
    if (thumbnail.jpeg.empty()) return {};
    std::string caption = escape_html(file_name(finding.image));
    if (!view.empty()) caption += " (" + view + ")";
    std::string text = finding.message;
    if (finding.line > 0) text = fmt::format("line {}: {}", finding.line, text);
    if (!finding.place.empty()) text = finding.place + ": " + text;
    return fmt::format(
        "<figure>{}<figcaption><b class=\"path\">{}</b><span>{}</span></figcaption></figure>\n",
        embedded_image(thumbnail.jpeg, "image/jpeg", file_name(finding.image)),
        caption,
        escape_html(text));
  }

  void add_charts() {
    page_.add("<h2>Classes</h2>\n");
    for (const SplitSummary& split : report_.splits) {
      std::vector<ChartBar> bars;
      for (std::size_t k = 0; k < report_.classes.size(); ++k)
        bars.push_back({report_.classes[k].second, split.boxes_per_class[k]});
      std::ranges::stable_sort(bars, std::greater(), &ChartBar::value);
      page_.add(fmt::format("<h3>{}: {}</h3>\n",
                            escape_html(split.split),
                            split.boxes == 1 ? "1 box" : fmt::format("{} boxes", split.boxes)));
      const std::size_t shown = std::min(bars.size(), kClassBars);
      page_.add(bar_chart(std::span(bars).first(shown)));
      if (shown < bars.size()) {
        page_.add(fmt::format("<p class=\"dim\">and {} more classes of fewer boxes</p>\n",
                              bars.size() - shown));
      }
    }
    if (report_.quick) return;
    page_.add(
        "<h2>Sizes of boxes</h2>\n<p class=\"dim\">Square root of the area in pixels of the "
        "image.</p>\n");
    for (const SplitSummary& split : report_.splits) {
      if (split.boxes == 0) continue;
      std::vector<ChartBar> columns;
      for (std::size_t bin = 0; bin < kBoxSizeBins; ++bin) {
        columns.push_back(
            {fmt::format("{:.4g}", std::exp2(static_cast<double>(bin) / 2)), split.box_sizes[bin]});
      }
      page_.add(fmt::format("<h3>{}</h3>\n", escape_html(split.split)));
      page_.add(column_chart(columns, 4));
    }
  }

  const DataCheckReport& report_;
  ThumbnailBoxes boxes_;
  HtmlPage page_;
};

}  // namespace

void write_data_check_page(const std::string& path, const DataCheckReport& report) {
  write_file_atomically(path, CheckPage(report).text());
}

}  // namespace saker

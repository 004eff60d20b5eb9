// The report for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "saker/data_check.hpp"

namespace saker {
namespace {

constexpr std::size_t kListedClasses = 20;

// Control characters in names of files could move the cursor or set colours.
std::string printable(const std::string& text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return shown;
}

std::string counted(std::int64_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string to_line(const DataFinding& finding) {
  std::string line = "  ";
  if (!finding.file.empty()) {
    line += printable(finding.file);
    if (finding.line > 0) line += fmt::format(":{}", finding.line);
    line += ": ";
    if (!finding.place.empty()) line += printable(finding.place) + ": ";
  } else if (!finding.split.empty()) {
    line += finding.split + ": ";
  }
  line += printable(finding.message);
  if (!finding.value.empty() && finding.message.find(finding.value) == std::string::npos)
    line += fmt::format(" ({})", printable(finding.value));
  line += "\n";
  for (const std::string& other : finding.others) line += "    " + printable(other) + "\n";
  return line;
}

std::string to_text(const SplitSummary& split, const DataCheckReport& report) {
  std::string text = fmt::format("{:5} {}, {} without boxes; {}",
                                 split.split,
                                 counted(split.images, "image"),
                                 split.images_without_boxes,
                                 split.boxes == 1 ? "1 box" : fmt::format("{} boxes", split.boxes));
  for (std::size_t k = 0; k < std::min(report.classes.size(), kListedClasses); ++k) {
    text += fmt::format("{}{} {}",
                        k == 0 ? ": " : ", ",
                        printable(report.classes[k].second),
                        split.boxes_per_class[k]);
  }
  if (report.classes.size() > kListedClasses)
    text += fmt::format(" and {} more classes", report.classes.size() - kListedClasses);
  text += "\n";
  if (split.decoded_images > 0) {
    text += fmt::format(
        "      width {} / {} / {}, height {} / {} / {}, boxes an image {} / {} / {} (least, "
        "middle, "
        "most)\n",
        split.width.minimum,
        split.width.median,
        split.width.maximum,
        split.height.minimum,
        split.height.median,
        split.height.maximum,
        split.boxes_per_image.minimum,
        split.boxes_per_image.median,
        split.boxes_per_image.maximum);
  }
  return text;
}

}  // namespace

std::string to_text(const DataCheckReport& report, std::int64_t examples) {
  std::string text = printable(report.data) + "\n\n";
  for (const SplitSummary& split : report.splits) text += to_text(split, report);
  for (const DataFindingGroup& group : report.groups) {
    const auto count = static_cast<std::int64_t>(group.findings.size());
    text += fmt::format("\n{} {} ({}): {}\n  {}\n",
                        to_string(group.severity),
                        group.kind,
                        count,
                        group.title,
                        group.effect);
    const std::int64_t shown = std::min(count, std::max<std::int64_t>(examples, 0));
    for (std::int64_t i = 0; i < shown; ++i)
      text += to_line(group.findings[static_cast<std::size_t>(i)]);
    if (shown < count) text += fmt::format("  and {} more; --json lists all\n", count - shown);
  }
  text += fmt::format("\n{}, {}, {}. {}\n",
                      counted(report.count(FindingSeverity::kError), "error"),
                      counted(report.count(FindingSeverity::kWarning), "warning"),
                      counted(report.count(FindingSeverity::kNote), "note"),
                      report.training_would_stop() ? "Training would stop."
                      : report.quick ? "Nothing in labels and listings would stop training; images "
                                       "were not read."
                                     : "Nothing would stop training.");
  return text;
}

}  // namespace saker

#include "data/check/yolo_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "core/file.hpp"
#include "data/folder_walk.hpp"
#include "data/image_listing.hpp"
#include "data/label_file.hpp"
#include "data/label_location.hpp"
#include "data/yolo_dataset.hpp"
#include "image/image_format.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

ImageFormat format_of_file(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return ImageFormat::kUnknown;
  std::array<char, kImageFormatBytes> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  const auto count = static_cast<std::size_t>(file.gcount());
  return image_format(std::as_bytes(std::span(head.data(), count)));
}

// The name without its last suffix, which an image and its label have in common.
std::string_view stem(std::string_view name) {
  name.remove_suffix(file_extension(name).size());
  return name;
}

}  // namespace

YoloSource::YoloSource(const DataArgs& data, std::string split, const ClassMap& classes)
    : classes_(classes), split_(std::move(split)) {
  const std::string& folder = folder_of_split(data, split_);
  images_ = image_folder(data.path, folder).string();
  labels_ = label_folder(data.path, folder).string();
  list_images();
  find_shared_labels();
  list_labels();
  const std::size_t found = names_.size();
  if (data.skip_if_label_file_missing) {
    std::erase_if(names_, [&](const std::string& name) {
      if (is_there(label_file(name))) return false;
      listing_.add(FindingKind::kLabelMissing,
                   {.split = split_,
                    .file = images_ + "/" + name,
                    .message = "left out, since skip_if_label_file_missing is on"});
      return true;
    });
  }
  if (names_.empty()) {
    std::error_code ignored;
    const char* reason = found > 0                             ? "no image has a label file"
                         : !fs::is_directory(images_, ignored) ? "is no folder"
                                                               : "holds no image that is read";
    listing_.add(FindingKind::kSplitEmpty, {.split = split_, .file = images_, .message = reason});
  }
}

void YoloSource::list_images() {
  std::vector<std::string> others;
  walk_folder(images_,
              {.file =
                   [&](std::string relative) {
                     auto& target = has_image_extension(relative) ? names_ : others;
                     target.push_back(std::move(relative));
                   },
               .unreadable =
                   [&](const std::string& relative, const std::string& reason) {
                     listing_.add(
                         FindingKind::kFolderUnreadable,
                         {.split = split_, .file = images_ + "/" + relative, .message = reason});
                   },
               .loop =
                   [&](const std::string& relative) {
                     listing_.add(FindingKind::kLinkLoop,
                                  {.split = split_,
                                   .file = images_ + "/" + relative,
                                   .message = "leads back to a folder it lies in"});
                   }});
  std::ranges::sort(names_);
  std::ranges::sort(others);
  find_ignored(others);
}

void YoloSource::find_ignored(const std::vector<std::string>& others) {
  for (const std::string& name : others) {
    const std::string path = images_ + "/" + name;
    const ImageFormat format = format_of_file(path);
    const std::string extension(file_extension(name));
    DataFinding finding{.split = split_, .file = path, .value = extension};
    if (format != ImageFormat::kUnknown) {
      finding.message = fmt::format("holds a {} image", to_string(format));
    } else if (has_other_image_extension(name)) {
      finding.message = "of an image format that is not read";
    } else {
      finding.message = "no image";
      listing_.add(FindingKind::kFileIgnored, std::move(finding));
      continue;
    }
    ignored_.push_back(name);
    listing_.add(FindingKind::kImageIgnored, std::move(finding));
  }
}

void YoloSource::find_shared_labels() {
  // Names are sorted, but a.jpg, a.b.jpg and a.png are not neighbours.
  std::vector<std::pair<std::string_view, std::size_t>> stems;
  stems.reserve(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) stems.emplace_back(stem(names_[i]), i);
  std::ranges::sort(stems);
  for (std::size_t first = 0, end = 0; first < stems.size(); first = end) {
    while (end < stems.size() && stems[end].first == stems[first].first) ++end;
    if (end - first < 2) continue;
    DataFinding finding{.split = split_,
                        .file = images_ + "/" + names_[stems[first].second],
                        .value = label_file(names_[stems[first].second])};
    for (std::size_t i = first + 1; i < end; ++i)
      finding.others.push_back(images_ + "/" + names_[stems[i].second]);
    finding.message = fmt::format("{} images share this label file", end - first);
    listing_.add(FindingKind::kLabelShared, std::move(finding));
  }
}

void YoloSource::list_labels() {
  std::error_code ignored;
  if (!fs::is_directory(labels_, ignored)) {
    if (!names_.empty()) {
      listing_.add(FindingKind::kLabelFolderMissing,
                   {.split = split_, .file = labels_, .message = "is no folder"});
    }
    return;
  }
  std::vector<std::string> files;
  walk_folder(labels_,
              {.file =
                   [&](std::string relative) {
                     if (file_extension(relative) == ".txt") files.push_back(std::move(relative));
                   },
               // What it hides shows again when the label of an image is read.
               .unreadable = [](const std::string&, const std::string&) {}});
  std::ranges::sort(files);
  find_orphans(files);
}

void YoloSource::find_orphans(const std::vector<std::string>& label_files) {
  const auto sorted_stems = [](const std::vector<std::string>& names) {
    std::vector<std::string_view> stems;
    stems.reserve(names.size());
    for (const std::string& name : names) stems.push_back(stem(name));
    std::ranges::sort(stems);
    return stems;
  };
  const std::vector<std::string_view> images = sorted_stems(names_);
  const std::vector<std::string_view> ignored = sorted_stems(ignored_);
  for (const std::string& file : label_files) {
    if (std::ranges::binary_search(images, stem(file))) continue;
    const char* message = "no image has this name";
    if (std::ranges::binary_search(ignored, stem(file))) {
      message = "its image has an extension that is not read";
    } else if (fs::path(file).filename() == "classes.txt") {
      message = "a list of names rather than labels";
    }
    listing_.add(FindingKind::kLabelWithoutImage,
                 {.split = split_, .file = labels_ + "/" + file, .message = message});
  }
}

std::string YoloSource::label_file(const std::string& image_name) const {
  return labels_ + "/" + label_name(image_name);
}

std::string YoloSource::image(std::int64_t i) const {
  return images_ + "/" + names_[static_cast<std::size_t>(i)];
}

std::string YoloSource::annotation_file(std::int64_t i) const {
  return label_file(names_[static_cast<std::size_t>(i)]);
}

CheckedLabels YoloSource::labels(std::int64_t i, Findings& findings) const {
  CheckedLabels labels;
  labels.file = annotation_file(i);
  const DataFinding base{.split = split_, .file = labels.file, .image = image(i)};
  const auto add = [&](FindingKind kind, std::string message) {
    DataFinding finding = base;
    finding.message = std::move(message);
    findings.add(kind, std::move(finding));
  };
  std::string text;
  try {
    text = read_text_file(labels.file);
  } catch (const Error& error) {
    if (is_there(labels.file)) {
      add(FindingKind::kLabelUnreadable, without_path(error, labels.file));
    } else {
      add(FindingKind::kLabelMissing, "is not there");
    }
    return labels;
  }
  report_lines(text, labels, base, findings);
  return labels;
}

void YoloSource::report_lines(const std::string& text,
                              CheckedLabels& labels,
                              DataFinding base,
                              Findings& findings) const {
  const auto add =
      [&](FindingKind kind, std::int64_t line, std::string value, std::string message) {
        DataFinding finding = base;
        finding.line = line;
        finding.value = std::move(value);
        finding.message = std::move(message);
        findings.add(kind, std::move(finding));
      };
  LabelFileDetails details;
  const LabelFile file = parse_label_text(text, details);
  if (file.lines.empty() && details.problems.empty())
    add(FindingKind::kLabelEmpty, 0, {}, "holds no line");
  for (const auto& problem : details.problems)
    add(FindingKind::kLabelSyntax, problem.line, problem.text, problem.message);
  for (const auto& repeat : details.repeats) {
    add(FindingKind::kLabelLineRepeated,
        repeat.line,
        {},
        fmt::format("the same as line {}", repeat.first));
  }
  for (const auto& wide : details.wide) {
    add(wide.columns == 6 ? FindingKind::kLabelSixthColumn : FindingKind::kLabelPolygon,
        wide.line,
        std::to_string(wide.columns),
        fmt::format("{} columns instead of 5", wide.columns));
  }
  for (const auto& fraction : details.fractions) {
    add(FindingKind::kLabelClassFraction,
        fraction.line,
        fmt::format("{}", fraction.value),
        fmt::format("read as class {}", static_cast<std::int64_t>(fraction.value)));
  }
  for (const LabelLine& line : file.lines) {
    if (const std::optional<std::int64_t> index = classes_.index(line.class_id)) {
      const auto wide =
          std::ranges::lower_bound(details.wide, line.line, {}, &LabelFileDetails::Wide::line);
      const bool is_polygon =
          wide != details.wide.end() && wide->line == line.line && wide->columns > 6;
      labels.boxes.push_back({*index, line.box, line.line, is_polygon});
    } else if (classes_.ignores(line.class_id)) {
      ++labels.ignored_boxes;
      if (std::ranges::find(labels.ignored_classes, line.class_id) == labels.ignored_classes.end())
        labels.ignored_classes.push_back(line.class_id);
    } else {
      add(FindingKind::kClassUnknown,
          line.line,
          std::to_string(line.class_id),
          fmt::format("class {} is unknown; names has {}", line.class_id, classes_.describe_ids()));
    }
  }
}

void YoloSource::report_listing(Findings& findings) const { findings.append(listing_); }

}  // namespace saker

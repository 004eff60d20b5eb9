#include "data/check/thumbnail_boxes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/file.hpp"
#include "data/label_file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::vector<ThumbnailBox> boxes_of_lines(const std::string& label_file) {
  std::vector<ThumbnailBox> boxes;
  if (label_file.empty()) return boxes;
  try {
    LabelFileDetails details;
    for (const LabelLine& line : parse_label_text(read_text_file(label_file), details).lines)
      boxes.push_back({line.class_id, line.box, fmt::format(":{}", line.line)});
  } catch (const Error&) {
    return {};
  }
  return boxes;
}

}  // namespace

std::vector<ThumbnailBox> ThumbnailBoxes::of(const std::string& image,
                                             const std::string& label_file) {
  const auto split = std::ranges::find(report_.splits, label_file, &SplitSummary::annotations);
  if (label_file.empty() || split == report_.splits.end()) return boxes_of_lines(label_file);
  const Annotations& annotations = annotations_of(*split);
  const auto found = annotations.images.find(image);
  std::vector<ThumbnailBox> boxes;
  if (found == annotations.images.end()) return boxes;
  const PixelSize& size = annotations.file.images[found->second].size;
  for (const CocoAnnotation& annotation : annotations.file.annotations_of(found->second)) {
    boxes.push_back({annotation.category_id,
                     normalized(annotation.box, size),
                     fmt::format("[{}]", annotation.entry)});
  }
  return boxes;
}

ThumbnailBoxes::Annotations& ThumbnailBoxes::annotations_of(const SplitSummary& split) {
  const auto [entry, is_new] = read_.try_emplace(split.annotations);
  Annotations& annotations = entry->second;
  if (!is_new) return annotations;
  try {
    CocoFileDetails details;
    annotations.file = read_coco_file(split.annotations, details);
  } catch (const Error&) {
    return annotations;
  }
  const std::filesystem::path folder = split.folder;
  for (std::size_t i = 0; i < annotations.file.images.size(); ++i)
    annotations.images.emplace((folder / annotations.file.images[i].file_name).string(), i);
  return annotations;
}

}  // namespace saker

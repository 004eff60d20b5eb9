#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/yaml_writer.hpp"
#include "data/convert/box_rules.hpp"
#include "data/convert/coco_input.hpp"
#include "data/convert/coco_output.hpp"
#include "data/convert/image_placement.hpp"
#include "data/convert/image_sizes.hpp"
#include "data/convert/input_format.hpp"
#include "data/convert/staged_folder.hpp"
#include "data/convert/voc_input.hpp"
#include "data/convert/yolo_input.hpp"
#include "data/convert/yolo_output.hpp"
#include "saker/data_convert.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::kUsage, message); }

ImagePlacement placement_of(const std::string& word) {
  constexpr std::array<std::pair<const char*, ImagePlacement>, 4> kPlacements = {
      {{"copy", ImagePlacement::kCopy},
       {"link", ImagePlacement::kLink},
       {"symlink", ImagePlacement::kSymlink},
       {"none", ImagePlacement::kNone}}};
  for (const auto& [name, placement] : kPlacements) {
    if (word == name) return placement;
  }
  fail(fmt::format("images is '{}', but must be copy, link, symlink or none", word));
}

void validate(const ConvertDataArgs& args) {
  if (args.in.empty()) fail("in is empty; name the data to convert");
  if (args.to != "yolo" && args.to != "coco")
    fail(fmt::format("to is '{}', but must be yolo or coco", args.to));
  if (!args.from.empty() && args.from != "yolo" && args.from != "coco" && args.from != "voc")
    fail(fmt::format("from is '{}', but must be yolo, coco or voc", args.from));
}

// Options of a format are no options of another.
void validate(const ConvertDataArgs& args, const ConversionInput& input) {
  const std::string format = to_string(input.format);
  if (format == args.to) fail(fmt::format("{}: is {} data already", args.in.front(), format));
  if (!args.classes.empty() && input.format != LabelFormat::kVoc)
    fail(fmt::format("classes are for Pascal VOC data; {} data name theirs themselves", format));
  if (!args.keep_difficult && input.format != LabelFormat::kVoc)
    fail("objects marked as difficult are in Pascal VOC data alone");
  if (!args.keep_crowd && input.format != LabelFormat::kCoco)
    fail("crowds are marked in COCO data alone");
  if (!args.image_folder.empty() && (input.format != LabelFormat::kCoco || input.folders_are_told))
    fail("image_folder is for JSON files of COCO data that no data YAML describes");
}

ConversionSet read_input(const ConversionInput& input,
                         const ConvertDataArgs& args,
                         bool need_images) {
  switch (input.format) {
    case LabelFormat::kYolo:
      return read_yolo_input(input.data);
    case LabelFormat::kCoco:
      return read_coco_input(input,
                             {.image_folder = args.image_folder, .need_images = need_images});
    case LabelFormat::kVoc:
      break;
  }
  return read_voc_input(input.voc_folder, args.classes);
}

void summarize(const ConversionSet& set, ConvertDataResult& result) {
  result.classes = set.classes;
  for (const ConvertedSplit& split : set.splits) {
    ConvertedSplitSummary summary{.split = split.split};
    summary.images = static_cast<std::int64_t>(split.images.size());
    for (const ConvertedImage& image : split.images) {
      summary.boxes += static_cast<std::int64_t>(image.boxes.size());
      if (image.boxes.empty()) ++summary.images_without_boxes;
    }
    result.splits.push_back(summary);
  }
  for (const char* needed : {"train", "val"}) {
    const auto found = std::ranges::find(result.splits, needed, &ConvertedSplitSummary::split);
    if (found == result.splits.end()) {
      result.warnings.push_back(fmt::format(
          "there is no {0} split; training needs one: name it in the data.yaml", needed));
    }
  }
}

}  // namespace

ConvertDataResult convert_data(const ConvertDataArgs& args) {
  validate(args);
  const ImagePlacement placement = placement_of(args.images);
  StagedFolder out(args.out);
  ConversionInput input = find_input(args);
  validate(args, input);
  const bool need_images = placement != ImagePlacement::kNone || input.format == LabelFormat::kYolo;
  ConversionSet set = read_input(input, args, need_images);
  ConvertDataResult result{.from = to_string(input.format), .to = args.to, .found = input.found};
  if (need_images) result.images_of_other_size = read_image_sizes(set, args.progress);
  apply_box_rules(args, set, result);

  const bool images_stay = placement == ImagePlacement::kNone;
  Value data = args.to == "yolo" ? write_yolo_output(set, out.path())
                                 : write_coco_output(set, out.path(), images_stay);
  if (!set.ignore_classes.empty())
    data["ignore_classes"] = Value::Array(set.ignore_classes.begin(), set.ignore_classes.end());
  const PlacedImages placed = place_images(set, out.path(), placement);
  result.copied_images = placed.copied;
  result.linked_images = placed.linked;
  write_file_atomically(out.path() / "data.yaml", to_yaml(data));
  out.commit();

  result.data_yaml = (std::filesystem::path(args.out) / "data.yaml").string();
  result.warnings = std::move(input.warnings);
  result.warnings.insert(result.warnings.end(), set.warnings.begin(), set.warnings.end());
  summarize(set, result);
  if (images_stay && args.to == "yolo") {
    result.warnings.push_back(
        fmt::format("no image was written; training looks for them in {}/images/SPLIT", args.out));
  }
  return result;
}

}  // namespace saker

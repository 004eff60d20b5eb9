#include "data/coco_settings.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/settings_reader.hpp"
#include "data/absolute_path.hpp"
#include "data/coco_dataset.hpp"
#include "data/data_section.hpp"

namespace saker {
namespace {

const char* const kPath = "data.coco";

std::string key_path(const std::string& key) { return fmt::format("{}.{}", kPath, key); }

CocoSplit resolved(CocoSplit split, const std::filesystem::path& base_folder) {
  if (split.annotations.empty()) return split;
  split.annotations = absolute_path(base_folder, split.annotations);
  split.images = coco_image_folder(split);
  return split;
}

CocoSplit read_split(SettingsReader& reader,
                     const SettingKey& key,
                     bool required,
                     const std::filesystem::path& base_folder) {
  const Value* value = reader.find(key, {"map"});
  const bool is_absent = value == nullptr || (value->is_null() && !required);
  if (is_absent && required) reader.problems().missing_key(reader.path_of(key));
  if (is_absent && !reader.describes()) return {};
  if (!is_absent && !value->is_object()) {
    reader.problems().wrong_type(reader.path_of(key), "a map with annotations and images", *value);
    return {};
  }
  CocoSplit split;
  const Value nothing;
  SettingsReader inner(is_absent ? nothing : *value, reader.path_of(key), reader.problems());
  if (!inner.read({"annotations", "JSON file; in a YAML file relative to it"}, split.annotations) &&
      !inner.has("annotations"))
    reader.problems().missing_key(inner.path_of("annotations"));
  std::optional<std::string> images;
  inner.read({"images", "folder of the images, relative to that of the annotations"}, images);
  split.images = images.value_or("");
  inner.finish();
  return resolved(std::move(split), base_folder);
}

Value split_to_value(const CocoSplit& split) {
  return {{"annotations", split.annotations}, {"images", split.images}};
}

}  // namespace

DataArgs read_coco_map(const Value& map,
                       SettingsProblems& problems,
                       const std::filesystem::path& base_folder,
                       bool from_file) {
  DataArgs args;
  SettingsReader reader(map, data_section(kPath, problems), problems);
  read_data_format(reader);
  args.coco.train = read_split(reader, {"train", "COCO: training images"}, true, base_folder);
  args.coco.val = read_split(reader, {"val", "COCO: validation images"}, true, base_folder);
  args.coco.test = read_split(
      reader, {"test", "COCO: test images, for `saker evaluate --split test`"}, false, base_folder);
  args.ignore_classes = read_ignored_classes(reader);
  reader.read({"skip_if_annotations_missing",
               "COCO: leave out images without any annotation, which are negatives otherwise"},
              args.coco.skip_if_annotations_missing);
  if (!from_file) {
    reader.finish();
    return args;
  }
  const std::pair<const char*, std::vector<std::string>> yolo_keys[] = {
      {"path", {}}, {"names", {}}, {"skip_if_label_file_missing", {"skip_if_annotations_missing"}}};
  for (const auto& [key, nearest] : yolo_keys) {
    if (map.find(key) != nullptr) problems.unknown_key(key_path(key), nearest);
  }
  return args;
}

DataArgs resolve_coco(const DataArgs& args) {
  SettingsProblems problems;
  for (const auto& [key, split] :
       {std::pair("train", &args.coco.train), std::pair("val", &args.coco.val)}) {
    if (split->annotations.empty()) problems.missing_key(key_path(key) + ".annotations");
  }
  const std::pair<const char*, bool> yolo_fields[] = {
      {"path", !args.path.empty()},
      {"train", !args.train.empty()},
      {"val", !args.val.empty()},
      {"test", !args.test.empty()},
      {"names", !args.names.empty()},
      {"skip_if_label_file_missing", args.skip_if_label_file_missing}};
  for (const auto& [key, given] : yolo_fields) {
    if (given)
      problems.bad_value(fmt::format("data.{}", key),
                         "belongs to YOLO data and cannot be combined with data.coco");
  }
  problems.throw_if_any();
  DataArgs result = args;
  for (CocoSplit* split : {&result.coco.train, &result.coco.val, &result.coco.test})
    *split = resolved(std::move(*split), "");
  return result;
}

Value coco_to_value(const DataArgs& args) {
  Value value;
  value["format"] = "coco";
  value["train"] = split_to_value(args.coco.train);
  value["val"] = split_to_value(args.coco.val);
  if (!args.coco.test.annotations.empty()) value["test"] = split_to_value(args.coco.test);
  if (!args.ignore_classes.empty())
    value["ignore_classes"] = Value::Array(args.ignore_classes.begin(), args.ignore_classes.end());
  value["skip_if_annotations_missing"] = args.coco.skip_if_annotations_missing;
  return value;
}

}  // namespace saker

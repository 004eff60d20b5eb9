// The result as a settings tree: the JSON of docs/data-convert.md.
#include "saker/data_convert.hpp"

namespace saker {

Value to_value(const ConvertDataResult& result) {
  Value value;
  value["from"] = result.from;
  value["to"] = result.to;
  value["found"] = result.found;
  value["data_yaml"] = result.data_yaml;
  Value::Array classes;
  for (const auto& [id, name] : result.classes) classes.push_back({{"id", id}, {"name", name}});
  value["classes"] = std::move(classes);
  Value::Array splits;
  for (const ConvertedSplitSummary& split : result.splits) {
    splits.push_back({{"split", split.split},
                      {"images", split.images},
                      {"images_without_boxes", split.images_without_boxes},
                      {"boxes", split.boxes}});
  }
  value["splits"] = std::move(splits);
  value["copied_images"] = result.copied_images;
  value["linked_images"] = result.linked_images;
  value["boxes_over_edge"] = result.boxes_over_edge;
  value["boxes_outside"] = result.boxes_outside;
  value["boxes_without_area"] = result.boxes_without_area;
  value["boxes_not_finite"] = result.boxes_not_finite;
  value["crowd_boxes"] = result.crowd_boxes;
  value["difficult_boxes"] = result.difficult_boxes;
  value["images_of_other_size"] = result.images_of_other_size;
  Value::Array warnings;
  for (const std::string& warning : result.warnings) warnings.emplace_back(warning);
  value["warnings"] = std::move(warnings);
  return value;
}

}  // namespace saker

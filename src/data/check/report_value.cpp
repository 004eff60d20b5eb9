// The report as a settings tree: the JSON of docs/data-check.md.
#include <algorithm>
#include <string>

#include "saker/data_check.hpp"

namespace saker {
namespace {

constexpr std::int64_t kSchema = 1;

Value to_value(const ValueRange& range) {
  return {{"min", range.minimum}, {"median", range.median}, {"max", range.maximum}};
}

Value to_value(const DataFinding& finding) {
  Value value;
  value["split"] = finding.split.empty() ? Value() : Value(finding.split);
  value["file"] = finding.file.empty() ? Value() : Value(finding.file);
  value["line"] = finding.line == 0 ? Value() : Value(finding.line);
  value["place"] = finding.place.empty() ? Value() : Value(finding.place);
  value["value"] = finding.value.empty() ? Value() : Value(finding.value);
  value["message"] = finding.message;
  value["image"] = finding.image.empty() ? Value() : Value(finding.image);
  Value::Array others;
  for (const std::string& other : finding.others) others.emplace_back(other);
  value["others"] = others;
  return value;
}

Value to_value(const DataFindingGroup& group) {
  Value value;
  value["kind"] = group.kind;
  value["severity"] = to_string(group.severity);
  value["title"] = group.title;
  value["effect"] = group.effect;
  value["remedy"] = group.remedy;
  value["count"] = static_cast<std::int64_t>(group.findings.size());
  Value::Array findings;
  for (const DataFinding& finding : group.findings) findings.push_back(to_value(finding));
  value["findings"] = std::move(findings);
  return value;
}

Value to_value(const SplitSummary& split, const ClassNames& classes) {
  Value value;
  value["split"] = split.split;
  value["folder"] = split.folder;
  value["annotations"] = split.annotations.empty() ? Value() : Value(split.annotations);
  value["images"] = split.images;
  value["decoded_images"] = split.decoded_images;
  value["images_without_boxes"] = split.images_without_boxes;
  value["boxes"] = split.boxes;
  value["ignored_boxes"] = split.ignored_boxes;
  value["boxes_per_image"] = to_value(split.boxes_per_image);
  value["width"] = to_value(split.width);
  value["height"] = to_value(split.height);
  Value::Array counts;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    counts.push_back({{"id", classes[k].first},
                      {"name", classes[k].second},
                      {"boxes", split.boxes_per_class[k]},
                      {"images", split.images_per_class[k]}});
  }
  value["classes"] = std::move(counts);
  Value::Array sizes;
  for (const std::int64_t count : split.box_sizes) sizes.emplace_back(count);
  value["box_sizes"] = std::move(sizes);
  return value;
}

}  // namespace

Value to_value(const DataCheckReport& report) {
  Value value;
  value["schema"] = kSchema;
  value["data"] = report.data;
  value["quick"] = report.quick;
  value["training_would_stop"] = report.training_would_stop();
  value["errors"] = report.count(FindingSeverity::kError);
  value["warnings"] = report.count(FindingSeverity::kWarning);
  value["notes"] = report.count(FindingSeverity::kNote);
  Value::Array splits;
  for (const SplitSummary& split : report.splits) splits.push_back(to_value(split, report.classes));
  value["splits"] = std::move(splits);
  Value::Array groups;
  for (const DataFindingGroup& group : report.groups) groups.push_back(to_value(group));
  value["findings"] = std::move(groups);
  return value;
}

}  // namespace saker

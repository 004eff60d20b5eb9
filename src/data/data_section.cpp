#include "data/data_section.hpp"

#include <optional>

namespace saker {

std::string data_section(const char* with_format, const SettingsProblems& problems) {
  return problems.schema() == nullptr ? with_format : "data";
}

void read_data_format(SettingsReader& reader) {
  static_cast<void>(
      reader.find({"format", "of the labels"}, {"text", "yolo", "one of yolo, coco"}));
}

std::vector<std::int64_t> read_ignored_classes(SettingsReader& reader) {
  std::optional<std::vector<std::int64_t>> ignored;
  reader.read({"ignore_classes", "ids of classes whose boxes are left out"}, ignored);
  return ignored.value_or(std::vector<std::int64_t>());
}

}  // namespace saker

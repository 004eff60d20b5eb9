#include "data/read_dataset.hpp"

#include <fmt/format.h>

#include <array>

#include "data/coco_dataset.hpp"
#include "data/coco_file.hpp"
#include "data/splits.hpp"
#include "data/yolo_dataset.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const CocoSplit& coco_split(const CocoArgs& coco, const std::string& split) {
  const std::array splits = {&coco.train, &coco.val, &coco.test};
  const CocoSplit& found = *splits[split_index(split)];
  if (found.annotations.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data.{0}.annotations is missing; name the annotation file of the {0} "
                            "split",
                            split));
  }
  return found;
}

}  // namespace

DetectionDataset read_dataset(const DataArgs& data,
                              const std::string& split,
                              const DetectionDataset* train) {
  if (!data.coco.is_given()) return read_yolo_dataset(data, split);
  const CocoSplit& files = coco_split(data.coco, split);
  if (train != nullptr) return read_coco_split(files, split, data, &train->classes());
  if (split == "train") return read_coco_split(files, split, data, nullptr);
  const ClassMap classes(read_coco_categories(data.coco.train.annotations), data.ignore_classes);
  return read_coco_split(files, split, data, &classes);
}

}  // namespace saker

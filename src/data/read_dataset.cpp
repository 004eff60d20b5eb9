#include "data/read_dataset.hpp"

#include <fmt/format.h>

#include <optional>

#include "data/coco_dataset.hpp"
#include "data/coco_file.hpp"
#include "data/yolo_dataset.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const CocoSplit& coco_split(const CocoArgs& coco, const std::string& split) {
  const CocoSplit* found = nullptr;
  if (split == "train") found = &coco.train;
  if (split == "val") found = &coco.val;
  if (split == "test") found = &coco.test;
  if (found == nullptr) {
    throw Error(ErrorKind::kUsage,
                fmt::format("split '{}' is unknown; it is train, val or test", split));
  }
  if (found->annotations.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data.{0}.annotations is missing; name the annotation file of the {0} "
                            "split",
                            split));
  }
  return *found;
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

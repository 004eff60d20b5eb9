#include "data/read_dataset.hpp"

#include "data/coco_dataset.hpp"
#include "data/coco_file.hpp"
#include "data/yolo_dataset.hpp"

namespace saker {
DetectionDataset read_dataset(const DataArgs& data,
                              const std::string& split,
                              const DetectionDataset* train) {
  if (!data.coco.is_given()) return read_yolo_dataset(data, split);
  const CocoSplit& files = coco_split_of(data, split);
  if (train != nullptr) return read_coco_split(files, split, data, &train->classes());
  if (split == "train") return read_coco_split(files, split, data, nullptr);
  const ClassMap classes(read_coco_categories(data.coco.train.annotations), data.ignore_classes);
  return read_coco_split(files, split, data, &classes);
}

}  // namespace saker

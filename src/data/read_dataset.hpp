// Reads a split of a data set, whichever format its settings tell.
#pragma once

#include <string>

#include "data/detection_dataset.hpp"
#include "saker/train.hpp"

namespace saker {

// data: as resolve_data returns it. split: "train", "val" or "test". train: the train split where
// it has been read already, so that the classes of COCO data, which its file lists, need not be
// read again. Throws Error as read_yolo_dataset and read_coco_split; usage for another split or one
// that the data do not name.
DetectionDataset read_dataset(const DataArgs& data,
                              const std::string& split,
                              const DetectionDataset* train = nullptr);

}  // namespace saker

// The YOLO reader: an image folder, and a text file of labels for each image.
#pragma once

#include <string>

#include "data/detection_dataset.hpp"
#include "saker/train.hpp"

namespace saker {

// Samples are in bytewise order of their paths relative to the image folder.
//
// data: as resolve_data returns it. split: "train", "val" or "test".
// Throws Error: usage for another split or one that the data do not name; data when the split has
// no images, and with file and line for a label that cannot be parsed or whose class is neither in
// names nor ignored; io for what cannot be read.
DetectionDataset read_yolo_dataset(const DataArgs& data, const std::string& split);

// The image folder of a split as the data name it. Throws Error (usage) for another split or one
// that they do not name.
const std::string& folder_of_split(const DataArgs& data, const std::string& split);

}  // namespace saker

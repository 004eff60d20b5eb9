// The COCO reader: one JSON file for a split, and a folder of images.
#pragma once

#include <string>

#include "data/detection_dataset.hpp"
#include "saker/train.hpp"

namespace saker {

// The folder that file names are relative to: that of the annotations, joined with split.images.
std::string coco_image_folder(const CocoSplit& split);

// The files of a split as the data name them. Throws Error (usage) for another split or one that
// they do not name.
const CocoSplit& coco_split_of(const DataArgs& data, const std::string& split);

// Samples are in the order of `images`. Boxes keep the numbers and image sizes of the file; crowds
// are boxes like others, and annotations of categories that are not among the classes are left out
// and counted.
//
// name: for messages. classes: of the train file, as train and val share them; without them those
// of this file count. Throws Error: data as read_coco_file, when there are no categories or images,
// and for an image file that is not there, by its place in the annotations; io for what cannot be
// read.
DetectionDataset read_coco_split(const CocoSplit& split,
                                 const std::string& name,
                                 const DataArgs& data,
                                 const ClassMap* classes);

}  // namespace saker

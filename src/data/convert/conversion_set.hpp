// A data set between two formats: pixels and class ids, every box as it was written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/annotations.hpp"
#include "saker/detections.hpp"

namespace saker {

struct ConvertedBox {
  std::int64_t class_id = 0;
  PixelBox box;
  bool is_crowd = false;      // COCO
  bool is_difficult = false;  // Pascal VOC
};

struct ConvertedImage {
  std::string path;   // of the file
  std::string name;   // relative to the image folder of its split, with '/'
  std::string place;  // where the input names it, for messages; such as "a.json: images[3]"
  PixelSize size;     // that boxes count in
  std::vector<ConvertedBox> boxes;
};

struct ConvertedSplit {
  std::string split;   // train, val or test
  std::string folder;  // that names of images are relative to, absolute
  std::vector<ConvertedImage> images;
};

struct ConversionSet {
  ClassNames classes;  // in the order of the network's outputs, ignored ones among them
  std::vector<std::int64_t> ignore_classes;
  std::vector<ConvertedSplit> splits;
  std::vector<std::string> warnings;
};

}  // namespace saker

// Boxes of the pictures of a report, read again from where they stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/annotations.hpp"
#include "data/coco_file.hpp"
#include "saker/data_check.hpp"

namespace saker {

struct ThumbnailBox {
  std::int64_t class_id = 0;
  NormalizedBox box;
  std::string place;  // ":3" for a line, "[12]" for an annotation
};

class ThumbnailBoxes {
 public:
  // The report must outlive it.
  explicit ThumbnailBoxes(const DataCheckReport& report) : report_(report) {}

  // Those of a label file, or those of the image in the JSON file of a split, which is read once.
  // What cannot be read is left out; none without a file.
  std::vector<ThumbnailBox> of(const std::string& image, const std::string& label_file);

 private:
  struct Annotations {
    CocoFile file;
    std::map<std::string, std::size_t> images;  // path -> position
  };
  Annotations& annotations_of(const SplitSummary& split);

  const DataCheckReport& report_;
  std::map<std::string, Annotations> read_;  // by JSON file
};

}  // namespace saker

// The labels of images that a user names one by one: of a data set, or of label files beside the
// images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/annotations.hpp"
#include "saker/detections.hpp"
#include "saker/train.hpp"

namespace saker {

class KnownLabels {
 public:
  // Of YOLO label files: the last folder named `images` of an image's path becomes `labels`, or
  // else the label lies beside the image; its suffix is .txt.
  KnownLabels() = default;
  // Of all splits of a data set; `data` as resolve_data returns it. Throws what read_dataset
  // throws.
  explicit KnownLabels(const DataArgs& data);

  // Boxes in pixels of an image of that size, with the data set's class ids and without scores;
  // empty where nothing is known of the image. Throws Error (data) with file and line for a label
  // file that cannot be read.
  std::optional<Detections> find(const std::string& image,
                                 std::int64_t width,
                                 std::int64_t height) const;

 private:
  struct Labels {
    std::vector<std::int64_t> ids;
    std::vector<NormalizedBox> boxes;
  };
  static std::optional<Labels> read_label_file(const std::string& image);

  bool of_data_set_ = false;
  std::map<std::string, Labels> labels_;  // by the image's path without links
};

}  // namespace saker

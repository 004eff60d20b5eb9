// What was found in one split of a data set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saker {

// Where the labels of a data set lie.
enum class LabelFormat {
  kYolo,  // a text file for each image
  kCoco,  // one JSON file for a split
  kVoc,   // an XML file for each image
};

struct DatasetStatistics {
  std::string split = {};   // train, val or test
  std::string folder = {};  // of the images
  LabelFormat format = LabelFormat::kYolo;

  std::int64_t images = 0;  // kept ones
  std::int64_t boxes = 0;
  std::vector<std::string> class_names = {};       // of the kept classes
  std::vector<std::int64_t> boxes_per_class = {};  // parallel to class_names

  // Images that are kept without boxes, by reason.
  std::int64_t without_label_file = 0;  // COCO: without an annotation
  std::int64_t with_empty_label_file = 0;
  std::int64_t with_ignored_classes_only = 0;  // COCO: or unknown ones

  std::int64_t skipped_images = 0;   // left out for want of a label file or an annotation
  std::int64_t ignored_boxes = 0;    // of ignored classes
  std::int64_t duplicate_lines = 0;  // YOLO: left out
  std::int64_t wide_lines = 0;       // YOLO: of more than six columns
  std::int64_t ignored_files = 0;    // YOLO: of image formats that are not read

  std::int64_t unknown_boxes = 0;                  // COCO: of categories that train lacks; left out
  std::vector<std::int64_t> unknown_classes = {};  // the first ids of them
  std::vector<std::string> renamed_classes = {};  // COCO: "3 is 'dog', but 'cat' in the train file"
  std::int64_t crowd_boxes = 0;                   // COCO: used like others
  std::int64_t polygons = 0;                      // COCO: outlines beside boxes; not read

  // Lines for the log: the counts, and what deserves a warning.
  std::vector<std::string> log_lines() const;
  std::vector<std::string> warnings() const;
};

}  // namespace saker

// What was found in one split of a data set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saker {

struct DatasetStatistics {
  std::string split;   // train, val or test
  std::string folder;  // of the images

  std::int64_t images = 0;  // kept ones
  std::int64_t boxes = 0;
  std::vector<std::string> class_names;       // of the kept classes
  std::vector<std::int64_t> boxes_per_class;  // parallel to class_names

  // Images that are kept without boxes, by reason.
  std::int64_t without_label_file = 0;
  std::int64_t with_empty_label_file = 0;
  std::int64_t with_ignored_classes_only = 0;

  std::int64_t skipped_images = 0;   // left out for want of a label file
  std::int64_t ignored_boxes = 0;    // of ignored classes
  std::int64_t duplicate_lines = 0;  // left out
  std::int64_t wide_lines = 0;       // of more than six columns
  std::int64_t ignored_files = 0;    // of image formats that are not read

  // Lines for the log: the counts, and what deserves a warning.
  std::vector<std::string> log_lines() const;
  std::vector<std::string> warnings() const;
};

}  // namespace saker

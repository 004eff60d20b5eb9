// One split of a YOLO data set: its images and their labels, read once.
//
//   const ResolvedData data = resolve_data(args.data);
//   const YoloDataset train(data.args, "train");
//   for (const std::string& line : train.statistics().log_lines()) log(line);
//   Image image = read(train.path(i));  Annotations labels = train.annotations(i);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/annotation_arena.hpp"
#include "data/annotations.hpp"
#include "data/class_map.hpp"
#include "data/dataset_statistics.hpp"
#include "saker/train.hpp"

namespace saker {

// Samples are in bytewise order of their paths relative to the image folder. Const access is safe
// from many threads.
class YoloDataset {
 public:
  // data: as resolve_data returns it. split: "train", "val" or "test".
  // Throws Error: usage for another split or one that the data do not name; data when the split has
  // no images, and with file and line for a label that cannot be parsed or whose class is neither
  // in names nor ignored; io for what cannot be read.
  YoloDataset(const DataArgs& data, const std::string& split);

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(name_offsets_.size()) - 1; }
  // The image file. Requires 0 <= i < size(), as below.
  std::string path(std::int64_t i) const;
  // The same relative to the image folder, with '/'.
  std::string relative_path(std::int64_t i) const;
  // Boxes as written in the label file, without clipping or checks; classes are indices of
  // classes().
  Annotations annotations(std::int64_t i) const { return labels_.at(static_cast<std::size_t>(i)); }

  const ClassMap& classes() const noexcept { return classes_; }
  const DatasetStatistics& statistics() const noexcept { return statistics_; }
  std::size_t memory_bytes() const noexcept;

 private:
  // False when the image is to be left out.
  bool read_labels(const std::string& label_path, bool skip_if_missing, Annotations& annotations);

  ClassMap classes_;
  std::string folder_;
  std::string names_;                        // relative paths, one after the other
  std::vector<std::uint64_t> name_offsets_;  // size() + 1 entries
  AnnotationArena labels_;
  DatasetStatistics statistics_;
};

}  // namespace saker

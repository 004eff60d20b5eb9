// One split of a data set, whichever format it was read from: images and their labels.
//
//   const DetectionDataset train = read_dataset(data.args, "train");
//   for (const std::string& line : train.statistics().log_lines()) log(line);
//   Image image = read(train.path(i));  Annotations labels = train.annotations(i);
//
// Names lie in one buffer and labels in another: about 150 bytes and the name for an image with
// eight boxes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/annotation_arena.hpp"
#include "data/annotations.hpp"
#include "data/class_map.hpp"
#include "data/dataset_statistics.hpp"

namespace saker {

// Const access is safe from many threads.
class DetectionDataset {
 public:
  // Without images; the readers add them.
  DetectionDataset(ClassMap classes, DatasetStatistics statistics);

  // name: the image file relative to statistics().folder, with '/', or an absolute path.
  void add(std::string_view name, const Annotations& annotations);
  void add(std::string_view name, const PixelAnnotations& annotations);
  // For what the readers leave out; images and boxes that are added count themselves.
  DatasetStatistics& statistics() noexcept { return statistics_; }
  // After the last image: gives back spare memory.
  void finish();

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(name_offsets_.size()) - 1; }
  // The image file. Requires 0 <= i < size(), as below.
  std::string path(std::int64_t i) const;
  // As it was added.
  std::string name(std::int64_t i) const;
  // Boxes as written in the labels, without clipping or checks; classes are indices of classes().
  Annotations annotations(std::int64_t i) const { return labels_.at(static_cast<std::size_t>(i)); }
  // Of the image as its labels give it; empty in formats that do not.
  std::optional<PixelSize> image_size(std::int64_t i) const {
    return labels_.image_size(static_cast<std::size_t>(i));
  }

  const ClassMap& classes() const noexcept { return classes_; }
  const DatasetStatistics& statistics() const noexcept { return statistics_; }
  std::size_t memory_bytes() const noexcept;

 private:
  template <typename Labels>
  void add_image(std::string_view name, const Labels& labels);

  ClassMap classes_;
  std::string names_;                              // one after the other
  std::vector<std::uint64_t> name_offsets_ = {0};  // size() + 1 entries
  AnnotationArena labels_;
  DatasetStatistics statistics_;
};

}  // namespace saker

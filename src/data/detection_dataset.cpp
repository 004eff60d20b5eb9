#include "data/detection_dataset.hpp"

#include <utility>

namespace saker {

DetectionDataset::DetectionDataset(ClassMap classes, DatasetStatistics statistics)
    : classes_(std::move(classes)), statistics_(std::move(statistics)) {
  for (const auto& [class_id, class_name] : classes_.kept()) {
    statistics_.class_names.push_back(class_name);
  }
  statistics_.boxes_per_class.resize(statistics_.class_names.size());
}

template <typename Labels>
void DetectionDataset::add_image(std::string_view name, const Labels& labels) {
  labels_.append(labels);
  names_ += name;
  name_offsets_.push_back(names_.size());
  ++statistics_.images;
  statistics_.boxes += static_cast<std::int64_t>(labels.boxes.size());
  for (const std::int64_t index : labels.classes)
    ++statistics_.boxes_per_class[static_cast<std::size_t>(index)];
}

void DetectionDataset::add(std::string_view name, const Annotations& annotations) {
  add_image(name, annotations);
}

void DetectionDataset::add(std::string_view name, const PixelAnnotations& annotations) {
  add_image(name, annotations);
}

void DetectionDataset::finish() {
  names_.shrink_to_fit();
  name_offsets_.shrink_to_fit();
  labels_.shrink_to_fit();
}

std::string DetectionDataset::path(std::int64_t i) const {
  std::string file = name(i);
  return file.starts_with('/') ? file : statistics_.folder + "/" + file;
}

std::string DetectionDataset::name(std::int64_t i) const {
  const std::uint64_t begin = name_offsets_[static_cast<std::size_t>(i)];
  return names_.substr(begin, name_offsets_[static_cast<std::size_t>(i) + 1] - begin);
}

std::size_t DetectionDataset::memory_bytes() const noexcept {
  return names_.capacity() + name_offsets_.capacity() * sizeof(std::uint64_t) +
         labels_.memory_bytes();
}

}  // namespace saker

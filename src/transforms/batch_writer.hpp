// Puts finished samples into a batch.
#pragma once

#include <cstddef>
#include <optional>

#include "transforms/batch.hpp"
#include "transforms/sample.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

class BatchWriter {
 public:
  // size: of the batch's images; empty takes the first sample's. settings must outlive the writer.
  BatchWriter(std::size_t count, std::optional<ImageSize> size, const TransformSettings& settings);

  // Throws Error (data) when the image has another number of channels than the network reads.
  void check(const SampleInput& input) const;

  // Normalizes the sample at the batch's size and filters its boxes there.
  // Throws Error (data) when the sample has another size and the batch has none of its own.
  void add(const SampleInput& input, const Sample& sample);

  Batch take();

 private:
  void fix_size(ImageSize size);

  std::size_t count_;
  std::optional<ImageSize> size_;
  bool resizes_;
  const TransformSettings* settings_;
  Batch batch_;
};

}  // namespace saker

// Puts finished samples into a batch.
//
//   BatchWriter writer(count, size, settings);
//   writer.add({path, original_size}, sample);   // count times
//   Batch batch = writer.take();
//   ... mixing, another size ...
//   finish_boxes(batch, settings);
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "transforms/batch.hpp"
#include "transforms/sample.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

// Where a sample comes from.
struct SampleOrigin {
  std::string path;
  ImageSize size;  // of the decoded image
};
SampleOrigin origin_of(const SampleInput& input);

class BatchWriter {
 public:
  // size: of the batch's images; empty takes the first sample's. settings must outlive the writer.
  // pool: where its memory comes from, if not empty.
  BatchWriter(std::size_t count,
              std::optional<ImageSize> size,
              const TransformSettings& settings,
              std::shared_ptr<FloatPool> pool = nullptr);

  // Throws Error (data) when the image has another number of channels than the network reads, or
  // than channel_drop has weights.
  void check(const SampleInput& input) const;

  // Normalizes the sample at the batch's size and filters its boxes there.
  // Throws Error (data) when the sample has another size and the batch has none of its own.
  void add(const SampleOrigin& origin, const Sample& sample);

  Batch take();

 private:
  void fix_size(ImageSize size);

  std::size_t count_;
  std::optional<ImageSize> size_;
  bool resizes_;
  const TransformSettings* settings_;
  std::shared_ptr<FloatPool> pool_;
  Batch batch_;
};

// The last rules for the boxes, at the size that the batch has by now: clipped, at least
// min_area_px, at least min_bbox_size_px on both sides.
void finish_boxes(Batch& batch, const TransformSettings& settings);

}  // namespace saker

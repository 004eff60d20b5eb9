// Training images to batches.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "transforms/batch.hpp"
#include "transforms/sample.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

// Where a batch stands in the run: all that its random draws depend on, with the samples' indices.
struct BatchKey {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;
  std::int64_t batch = 0;  // counted over all epochs
  std::int64_t step = 0;  // optimizer step that consumes it; decides which augmentations are active
};

// For each sample, in this order: photometric distortion, zoom-out, IoU crop, flips, quarter turns,
// rotation, resize. Then to float32, normalization, and the batch's size, read from the uint8
// source in one go (see sample_bilinear). Boxes are clipped and filtered after each step.
//
//   const TrainTransform transform(resolved.train);
//   Batch batch = transform.make_batch(indices, {.seed = 0, .epoch = 0, .batch = 3, .step = 3},
//                                      [&](std::int64_t index) { return read(index); });
//
// Const and safe to use from several threads: a batch depends on its key and inputs alone.
class TrainTransform {
 public:
  // settings: without "auto", as resolve_transforms() returns them.
  explicit TrainTransform(TransformSettings settings);

  // Reads the samples of those indices one after another, so that only one decoded image is held at
  // a time. The draws of a sample depend on its index. Throws Error (data) with the image's path
  // when its channels do not fit, or when nothing unifies the sizes of a batch.
  Batch make_batch(std::span<const std::int64_t> indices,
                   const BatchKey& key,
                   const SampleReader& read) const;

  // The per-sample part alone, before normalization: what training sees of an image, for previews
  // and tests.
  Sample augment(const SampleInput& input, std::int64_t index, const BatchKey& key) const;

 private:
  std::optional<ImageSize> draw_batch_size(const BatchKey& key) const;

  TransformSettings settings_;
  std::vector<ImageSize> jitter_sizes_;
};

}  // namespace saker

// Training images to batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "transforms/batch.hpp"
#include "transforms/batch_schedule.hpp"
#include "transforms/batch_writer.hpp"
#include "transforms/mosaic_cache.hpp"
#include "transforms/mosaic_plan.hpp"
#include "transforms/sample.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

// For each sample, in this order: mosaic, channel drop, photometric distortion, zoom-out, IoU crop,
// flips, quarter turns, rotation, resize to float32, normalization; mosaics are neither zoomed out
// nor cropped. Resizing reads the uint8 source in one go (see sample_bilinear), so that the values
// are not rounded to whole levels in between. For each batch: mixup or copy-blend, then one of many
// sizes. Boxes are clipped and filtered after each step.
//
//   const TrainTransform transform(resolved.train);
//   Batch batch = transform.make_batch(indices, {.seed = 0, .epoch = 0, .batch = 3, .step = 3},
//                                      [&](std::int64_t index) { return read(index); });
//
// Safe to use from several threads: a batch depends on its key, its inputs and the indices of the
// batches before alone. Images of mosaics are kept for later ones, which changes no result as long
// as the same index reads the same image.
class TrainTransform {
 public:
  // settings: without "auto", as resolve_transforms() returns them.
  explicit TrainTransform(TransformSettings settings);

  // Reads the samples of those indices one after another, so that only one decoded image is held at
  // a time, and those that mosaics add. The draws of a sample depend on its index. history: the
  // batches before, for mosaics; empty: there are none. Throws Error (data) with the image's path
  // when its channels do not fit, or when nothing unifies the sizes of a batch.
  Batch make_batch(std::span<const std::int64_t> indices,
                   const BatchKey& key,
                   const SampleReader& read,
                   const BatchHistory& history = {}) const;

  // The part that one image goes through, before resize and normalization: what training sees of an
  // image, for previews and tests.
  Sample augment(const SampleInput& input, std::int64_t index, const BatchKey& key) const;

 private:
  Sample augment(Image pixels,
                 const Annotations& annotations,
                 bool is_mosaic,
                 std::int64_t index,
                 const BatchKey& key) const;
  std::shared_ptr<const MosaicTile> tile(std::int64_t index,
                                         const SampleReader& read,
                                         const BatchWriter& writer) const;
  void add_mosaic(std::int64_t index,
                  const BatchKey& key,
                  PlannedMosaic planned,
                  const SampleReader& read,
                  BatchWriter& writer) const;
  void mix(const BatchKey& key, Batch& batch) const;
  std::optional<ImageSize> draw_batch_size(const BatchKey& key) const;

  TransformSettings settings_;
  std::shared_ptr<FloatPool> pool_ = std::make_shared<FloatPool>();
  std::vector<ImageSize> jitter_sizes_;
  std::unique_ptr<MosaicCache> mosaic_cache_;
};

}  // namespace saker

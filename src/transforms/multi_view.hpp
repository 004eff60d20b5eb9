// Batches of views for self-supervised pretraining.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/float_pool.hpp"
#include "core/random_stream.hpp"
#include "saker/image.hpp"
#include "transforms/batch.hpp"
#include "transforms/batch_schedule.hpp"
#include "transforms/view_settings.hpp"

namespace saker {

// The augmented part of one view, before it is normalised: channel drop, crop, flips, rotation,
// colour jitter, gray, blur, solarize.
Image make_view(const ViewSettings& settings, const Image& image, RandomStream& draws);

// Views of B images, view by view: row v B + i is view v of image i.
struct ViewBatch {
  std::int64_t channels = 0;
  ImageSize global_size, local_size;
  std::int64_t local_views = 0;
  PooledFloats global;             // [2 B, C, H, W], row-major, normalised
  PooledFloats local;              // [L B, C, h, w]
  std::vector<std::string> paths;  // B entries

  std::int64_t count() const noexcept { return static_cast<std::int64_t>(paths.size()); }
};

// An image of a data set without labels.
struct UnlabelledInput {
  Image image;
  std::string path;
};

// Const and safe from many threads: the views of an image depend on (seed, epoch, index) alone.
class MultiViewTransform {
 public:
  explicit MultiViewTransform(const MultiViewSettings& settings);

  // Reads one image after another. Throws Error (data) with the path for an image with other
  // channels than the settings ask for.
  ViewBatch make_batch(std::span<const std::int64_t> indices,
                       const BatchKey& key,
                       const std::function<UnlabelledInput(std::int64_t index)>& read) const;

 private:
  void check(const UnlabelledInput& input) const;

  std::vector<ViewSettings> views_;
  std::int64_t channels_, image_channels_;
  std::shared_ptr<FloatPool> pool_ = std::make_shared<FloatPool>();
};

}  // namespace saker

// Training at several sizes: one is drawn for each batch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "transforms/batch.hpp"
#include "transforms/step_window.hpp"

namespace saker {

// Either `sizes`, or the three of the range: num_scales factors from min_scale to max_scale times
// the image size.
struct ScaleJitterSettings {
  std::optional<std::vector<ImageSize>> sizes = {};
  // Set: `sizes` are meant for this image size and follow the run's. A list that the user gives is
  // taken as it is.
  std::optional<ImageSize> sizes_for = {};
  std::optional<double> min_scale = {}, max_scale = {};
  std::optional<std::int64_t> num_scales = {};
  double prob = 1;
  OrAuto<std::optional<std::int64_t>> divisible_by = {};  // none leaves sizes as they are
  OrAuto<std::optional<std::int64_t>> step_stop = std::optional<std::int64_t>();
};

// Each side rounded to a multiple of the divisor, half to even.
std::vector<ImageSize> round_sizes(std::vector<ImageSize> sizes,
                                   std::optional<std::int64_t> divisible_by);
// `count` evenly spaced factors, both ends included, times the target size; sides are cut to whole
// pixels.
std::vector<ImageSize> spaced_sizes(ImageSize target,
                                    double min_scale,
                                    double max_scale,
                                    std::int64_t count);

// The sizes at the same ratios to another image size: each side a multiple of `multiple`, rounded
// half to even, at least one.
std::vector<ImageSize> scaled_sizes(std::vector<ImageSize> sizes,
                                    ImageSize from,
                                    ImageSize to,
                                    std::int64_t multiple);

// The list that resolved settings stand for.
std::vector<ImageSize> jitter_sizes(const ScaleJitterSettings& settings, ImageSize image_size);

}  // namespace saker

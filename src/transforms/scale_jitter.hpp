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

// The list that resolved settings stand for.
std::vector<ImageSize> jitter_sizes(const ScaleJitterSettings& settings, ImageSize image_size);

}  // namespace saker

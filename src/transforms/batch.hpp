// What a network is fed with: images of one size, and the boxes in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/float_pool.hpp"
#include "data/annotations.hpp"

namespace saker {

struct ImageSize {
  std::int64_t height = 0, width = 0;

  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

struct Batch {
  std::int64_t channels = 0;
  ImageSize size;
  PooledFloats images;                    // [B, C, H, W], row-major, normalised
  std::vector<Annotations> annotations;   // B entries, boxes relative to the batch's images
  std::vector<std::string> paths;         // B entries
  std::vector<ImageSize> original_sizes;  // B entries: the decoded images, pixels

  std::int64_t count() const noexcept { return static_cast<std::int64_t>(annotations.size()); }
};

// Per channel (value - mean) / std on values in [0, 1].
struct Normalization {
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
};

}  // namespace saker

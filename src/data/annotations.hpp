// The labels of one image.
#pragma once

#include <cstdint>
#include <vector>

namespace saker {

// Centre and size as fractions of the image's width (x, width) and height.
struct NormalizedBox {
  double center_x = 0, center_y = 0, width = 0, height = 0;

  friend bool operator==(const NormalizedBox&, const NormalizedBox&) = default;
};

// Parallel arrays. Classes are indices of the network's outputs (0 .. number of kept classes - 1),
// not ids of `names`.
struct Annotations {
  std::vector<NormalizedBox> boxes;
  std::vector<std::int64_t> classes;
};

}  // namespace saker

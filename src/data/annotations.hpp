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

// Upper left corner and size in pixels.
struct PixelBox {
  double x = 0, y = 0, width = 0, height = 0;

  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

struct PixelSize {
  std::int64_t width = 0, height = 0;

  friend bool operator==(const PixelSize&, const PixelSize&) = default;
};

inline NormalizedBox normalized(const PixelBox& box, const PixelSize& image) {
  const auto width = static_cast<double>(image.width);
  const auto height = static_cast<double>(image.height);
  return {(box.x + box.width / 2) / width,
          (box.y + box.height / 2) / height,
          box.width / width,
          box.height / height};
}

// Parallel arrays. Classes are indices of the network's outputs (0 .. number of kept classes - 1),
// not ids of `names`.
struct Annotations {
  std::vector<NormalizedBox> boxes;
  std::vector<std::int64_t> classes;
};

// The same as formats write it that count in pixels.
struct PixelAnnotations {
  PixelSize image;  // both at least 1
  std::vector<PixelBox> boxes;
  std::vector<std::int64_t> classes;
};

}  // namespace saker

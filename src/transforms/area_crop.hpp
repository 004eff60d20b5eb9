// A random part of an image at a given size, as views of self-supervised training are cut out.
#pragma once

#include <cstdint>
#include <functional>

#include "saker/image.hpp"
#include "transforms/batch.hpp"

namespace saker {

struct AreaCropSettings {
  double min_scale = 0.32, max_scale = 1;        // share of the image's area
  double min_ratio = 0.75, max_ratio = 4.0 / 3;  // width / height
};

struct CropBox {
  std::int64_t x = 0, y = 0, width = 0, height = 0;  // pixels

  friend bool operator==(const CropBox&, const CropBox&) = default;
};

// Area uniform in its range, aspect ratio log-uniform, place uniform. After ten tries that do not
// fit into the image it is the largest middle part with an aspect in the range. draws: numbers in
// [0, 1).
CropBox draw_area_crop(const AreaCropSettings& settings,
                       ImageSize image,
                       const std::function<double()>& draws);

// That part of the image, resized: averages over areas when both sides shrink, otherwise OpenCV's
// two-tap form of them (INTER_AREA).
Image crop_and_resize(const Image& image, const CropBox& box, ImageSize size);

}  // namespace saker

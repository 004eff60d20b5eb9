// The pictures of what a training step sees and what validation finds: a few network inputs with
// boxes, in one grid.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

struct GridBox {
  Box box;  // pixels of the network's input
  std::int64_t class_id = 0;
  std::string text = {};
};

struct GridImage {
  std::span<const float> chw = {};  // [channels, height, width]
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<GridBox> boxes = {};
};

// Columns are ceil(sqrt(n)); a cell is as large as the largest image, images are centred on black.
//
// mean, std: one value a channel, undone before drawing, or both empty for inputs that are not
// normalised. Of 2 and more than 3 channels the first is shown as gray and the first three as RGB.
// Boxes that are not finite or have x1 > x2 or y1 > y2 are left out. Throws Error (internal) when
// there is no image, or a size does not fit its values or the normalization.
Image training_grid(std::span<const GridImage> images,
                    std::span<const double> mean,
                    std::span<const double> std);

// A label, given as fractions of the image, on an input of width x height pixels, with its class's
// name as text.
GridBox label_grid_box(double center_x,
                       double center_y,
                       double box_width,
                       double box_height,
                       std::int64_t class_id,
                       const ClassNames& names,
                       std::int64_t width,
                       std::int64_t height);

// Detections of at least score 0.1 in an original image, on the network's input, with text "name
// 0.87". Boxes that are not finite or have x1 > x2 or y1 > y2 are dropped and counted in `dropped`,
// so that the caller can warn.
struct PredictionGridBoxes {
  std::vector<GridBox> boxes = {};
  std::int64_t dropped = 0;
};
PredictionGridBoxes prediction_grid_boxes(const Detections& detections,
                                          const ClassNames& names,
                                          std::int64_t original_width,
                                          std::int64_t original_height,
                                          std::int64_t input_width,
                                          std::int64_t input_height);

}  // namespace saker

// What is labelled in an image beside what was detected in it.
#pragma once

#include <span>

#include "image/draw/detections.hpp"
#include "saker/image.hpp"

namespace saker {

// The image twice, labels on the left and detections on the right, each under a line that says
// which and how many boxes it has. Boxes, sizes and errors as for draw_boxes.
Image draw_comparison(const Image& image,
                      std::span<const DrawnBox> labelled,
                      std::span<const DrawnBox> detected,
                      const DrawStyle& style = {});

}  // namespace saker

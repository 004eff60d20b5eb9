// Boxes as torchvision's draw_bounding_boxes paints them, to the pixel; only the letters are our
// own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/draw/rgb.hpp"
#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

struct TorchvisionStyle {
  std::vector<Rgb> colors = {};  // none: by index of the box; one: for all; else at least one a box
  std::int64_t width = 1;        // of the outline, pixels, grows inwards; >= 1
  bool fill = false;             // paints the inside with the colour at 100/255
  std::vector<std::string> labels = {};  // none, or one a box; an empty text is left out
  double font_size = 10;                 // pixels; > 0
  bool fill_labels = false;              // black text on the box's colour
};

// (i, 127 i, 31 i) mod 255. The first colour is black.
Rgb torchvision_color(std::int64_t box_index);

// Coordinates are truncated toward zero and both corners are painted; parts outside of the image
// are clipped; later boxes lie on top. A label begins at (x1 + width + 1, y1 + width + 1). image: 1
// or 3 channels, 8 bit or float in [0, 1]. Returns the same type with 3 channels; without boxes the
// image itself. Float images are drawn with 8 bits.
// Throws Error (usage) for another image, a box with x1 > x2, y1 > y2 or a coordinate that is not
// finite, and numbers of labels or colours that do not fit.
Image draw_torchvision_boxes(const Image& image,
                             std::span<const Box> boxes,
                             const TorchvisionStyle& style = {});

}  // namespace saker

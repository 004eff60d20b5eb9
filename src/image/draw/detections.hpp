// Boxes with name tags, fit for a figure: anti-aliased, sized by the image, in colours that
// colour-blind readers can tell apart.
//
//   Image picture = draw_boxes(image, drawn_boxes(detections, names));
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

struct DrawnBox {
  Box box;  // pixels of the image; may lie partly or wholly outside of it
  std::int64_t class_id = 0;
  std::string text = {};      // of the tag; none when empty
  bool ground_truth = false;  // a dashed outline instead of a solid one
};

struct DrawStyle {
  double line_width = 0;      // pixels; 0 chooses by the image's size
  double font_size = 0;       // pixels; 0 chooses by the image's size
  double fill_opacity = 0.1;  // of the inside, [0, 1]
};

// The picture with the boxes; the first box and its tag lie on top, so that detections sorted by
// score need no reordering. Tags stay inside of the image and avoid one another and small boxes
// where there is room. image: 1 or 3 channels, 8 bit or float in [0, 1]. Returns 8-bit RGB; without
// boxes the same pixels. Boxes that are not finite, or wholly outside of the image, are left out.
// Throws Error (usage) for another image or a style out of range.
Image draw_boxes(const Image& image, std::span<const DrawnBox> boxes, const DrawStyle& style = {});

// The size of tags in pixels.
double font_size_for(const Image& image, const DrawStyle& style);

// "class 7" for an id without a name.
std::string class_name(const ClassNames& names, std::int64_t id);

// "name 0.87" for each detection, highest score first.
std::vector<DrawnBox> drawn_boxes(const Detections& detections, const ClassNames& names);

// "name" for each labelled box, dashed, in their order. labels: without scores.
std::vector<DrawnBox> drawn_labels(const Detections& labels, const ClassNames& names);

}  // namespace saker

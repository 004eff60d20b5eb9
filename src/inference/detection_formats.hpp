// Detections as text: JSON, JSON lines, YOLO labels and COCO results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "saker/detections.hpp"

namespace saker {

// What was found in one image.
struct ImageDetections {
  std::string image;  // path, as given or found
  std::int64_t width = 0, height = 0;
  Detections detections;
};

// The name of a class id; "class 7" for one that is not in names.
std::string class_name(std::int64_t label, const ClassNames& names);

// Highest score first; equal scores keep their order.
Detections sorted_by_score(const Detections& detections);

// {"image": path, "width": W, "height": H, "detections": [{"label": id, "name": str, "score": s,
// "bbox": [x1, y1, x2, y2]}]} on one line, highest score first.
std::string to_json_line(const ImageDetections& image, const ClassNames& names);

// An array of such objects, one a line.
std::string to_json(const std::vector<ImageDetections>& images, const ClassNames& names);

// One line a detection: class x_center y_center width height score, fractions of the image, clipped
// to it. Boxes that lie outside of the image are left out.
std::string to_yolo_lines(const ImageDetections& image);

// A COCO results array: image_id (1-based position in `images`), category_id, bbox [x, y, width,
// height], score.
std::string to_coco_results(const std::vector<ImageDetections>& images);

}  // namespace saker

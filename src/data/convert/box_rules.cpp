#include "data/convert/box_rules.hpp"

#include <algorithm>
#include <cmath>

namespace saker {
namespace {

constexpr double kOverhangPixels = 0.01;

bool is_finite(const PixelBox& box) {
  return std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) &&
         std::isfinite(box.height);
}

bool has_area(const PixelBox& box) { return box.width > 0 && box.height > 0; }

PixelBox clipped(const PixelBox& box, double width, double height) {
  const double x1 = std::clamp(box.x, 0.0, width), y1 = std::clamp(box.y, 0.0, height);
  return {x1,
          y1,
          std::clamp(box.x + box.width, 0.0, width) - x1,
          std::clamp(box.y + box.height, 0.0, height) - y1};
}

bool is_inside(const PixelBox& box, double width, double height, double margin) {
  return box.x >= -margin && box.y >= -margin && box.x + box.width <= width + margin &&
         box.y + box.height <= height + margin;
}

class BoxRules {
 public:
  BoxRules(const ConvertDataArgs& args, ConvertDataResult& result) : args_(args), result_(result) {}

  void apply(ConvertedImage& image) {
    const auto width = static_cast<double>(image.size.width);
    const auto height = static_cast<double>(image.size.height);
    std::erase_if(image.boxes, [&](ConvertedBox& box) { return !keeps(box, width, height); });
  }

 private:
  bool keeps(ConvertedBox& converted, double width, double height) {
    PixelBox& box = converted.box;
    if (!is_finite(box)) {
      ++result_.boxes_not_finite;
      return false;
    }
    if (converted.is_crowd) ++result_.crowd_boxes;
    if (converted.is_difficult) ++result_.difficult_boxes;
    if ((converted.is_crowd && !args_.keep_crowd) ||
        (converted.is_difficult && !args_.keep_difficult))
      return false;
    if (!has_area(box)) {
      ++result_.boxes_without_area;
      return !args_.clip;
    }
    const PixelBox inside = clipped(box, width, height);
    if (!has_area(inside)) {
      ++result_.boxes_outside;
    } else if (!is_inside(box, width, height, kOverhangPixels)) {
      ++result_.boxes_over_edge;
    }
    // What lies inside keeps its numbers to the last digit.
    if (!args_.clip || is_inside(box, width, height, 0)) return true;
    box = inside;
    return has_area(inside);
  }

  const ConvertDataArgs& args_;
  ConvertDataResult& result_;
};

}  // namespace

void apply_box_rules(const ConvertDataArgs& args, ConversionSet& set, ConvertDataResult& result) {
  BoxRules rules(args, result);
  for (ConvertedSplit& split : set.splits) {
    for (ConvertedImage& image : split.images) rules.apply(image);
  }
}

}  // namespace saker

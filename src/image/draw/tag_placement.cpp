#include "image/draw/tag_placement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace saker {
namespace {

// In units of "the tag wholly hidden". Hiding another tag is worse than hiding any box.
constexpr double kOnTag = 6.0;
constexpr double kOnBox = 1.5;
constexpr double kOffImage = 0.6;  // a tag pushed back into the image no longer touches its corner
constexpr double kPreference = 0.03;

double overlap(const TagArea& a, const TagArea& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

// In order of preference: above, inside at the top, below, inside at the bottom; left-aligned, then
// right-aligned; then beside the box.
std::array<TagArea, 10> candidates(const TagArea& box, const TagArea& tag) {
  const double left = box.x;
  const double right = box.x + box.width - tag.width;
  const double bottom = box.y + box.height;
  const auto at = [&](double x, double y) { return TagArea{x, y, tag.width, tag.height}; };
  return {at(left, box.y - tag.height),
          at(left, box.y),
          at(left, bottom),
          at(right, box.y - tag.height),
          at(right, bottom),
          at(left, bottom - tag.height),
          at(right, box.y),
          at(right, bottom - tag.height),
          at(box.x + box.width, box.y),
          at(left - tag.width, box.y)};
}

}  // namespace

std::vector<TagArea> place_tags(std::span<const TagArea> boxes,
                                std::span<const TagArea> tags,
                                double image_width,
                                double image_height) {
  std::vector<TagArea> placed;
  placed.reserve(boxes.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const double area = std::max(tags[i].width * tags[i].height, 1e-9);
    TagArea best;
    double best_cost = std::numeric_limits<double>::infinity();
    double preference = 0;
    for (const TagArea& wanted : candidates(boxes[i], tags[i])) {
      TagArea tag = wanted;
      tag.x = std::max(std::min(tag.x, image_width - tag.width), 0.0);
      tag.y = std::max(std::min(tag.y, image_height - tag.height), 0.0);
      double cost = preference + kOffImage * (1 - overlap(tag, wanted) / area);
      for (const TagArea& other : placed) cost += kOnTag * overlap(tag, other) / area;
      for (const TagArea& box : boxes) {
        if (cost >= best_cost) break;
        cost += kOnBox * overlap(tag, box) / std::max(box.width * box.height, area);
      }
      preference += kPreference;
      if (cost < best_cost) {
        best_cost = cost;
        best = tag;
      }
    }
    placed.push_back(best);
  }
  return placed;
}

}  // namespace saker

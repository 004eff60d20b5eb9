// Where the tags of boxes go.
#pragma once

#include <span>
#include <vector>

namespace saker {

// In pixels, x to the right, y down.
struct TagArea {
  double x = 0, y = 0, width = 0, height = 0;
};

// One place for each box's tag: touching its box, inside of the image (when it fits at all), and,
// as far as that can be had, neither on another tag nor on much of a box. Earlier boxes choose
// first. boxes, tags: parallel; of the tags only the size is read. Throws nothing.
std::vector<TagArea> place_tags(std::span<const TagArea> boxes,
                                std::span<const TagArea> tags,
                                double image_width,
                                double image_height);

}  // namespace saker

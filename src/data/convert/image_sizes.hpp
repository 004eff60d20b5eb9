// Sizes of images from the heads of their files.
#pragma once

#include <cstdint>
#include <functional>

#include "data/convert/conversion_set.hpp"

namespace saker {

// Upright. Images without a size get it, and their boxes, so far fractions, are multiplied by it;
// those that have one keep it. Returns how many of the latter differ from their file, with a
// warning for the first. Throws Error, with the path, as read_image_header.
std::int64_t read_image_sizes(ConversionSet& set,
                              const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace saker

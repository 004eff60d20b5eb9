// Images of a converted data set.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/convert/conversion_set.hpp"

namespace saker {

enum class ImagePlacement { kCopy, kLink, kSymlink, kNone };

struct PlacedImages {
  std::int64_t copied = 0, linked = 0;
};

// Puts every image at out/images/SPLIT/NAME, as ConvertDataArgs::images says. Links lead to the
// file itself where the image is a link. Throws Error (io).
PlacedImages place_images(const ConversionSet& set,
                          const std::filesystem::path& out,
                          ImagePlacement placement);

}  // namespace saker

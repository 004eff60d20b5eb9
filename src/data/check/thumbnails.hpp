// Small pictures of the images that findings are about.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "saker/data_check.hpp"

namespace saker {

struct Thumbnail {
  std::vector<std::byte> jpeg;  // empty: there is no picture
  std::string reason;           // then why
};

// The image at most 320 pixels wide and high, with its boxes, each with its class and line. Boxes
// are those of the label file, clipped to the image; what cannot be read is left out. The image is
// shown upright, or as it is stored.
Thumbnail make_thumbnail(const std::string& image,
                         const std::string& label_file,
                         const ClassNames& classes,
                         bool upright);

}  // namespace saker

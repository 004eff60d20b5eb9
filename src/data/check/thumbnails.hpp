// Small pictures of the images that findings are about.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/check/thumbnail_boxes.hpp"
#include "saker/detections.hpp"

namespace saker {

struct Thumbnail {
  std::vector<std::byte> jpeg;  // empty: there is no picture
  std::string reason;           // then why
};

// The image at most 320 pixels wide and high, with its boxes clipped to it, each with its class and
// where it stands. The image is shown upright, or as it is stored.
Thumbnail make_thumbnail(const std::string& image,
                         const std::vector<ThumbnailBox>& boxes,
                         const ClassNames& classes,
                         bool upright);

}  // namespace saker

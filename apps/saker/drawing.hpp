// Pictures of predictions.
#pragma once

#include <filesystem>
#include <string>

#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

// Writes the image with its detections as PNG or JPEG: the path keeps its folder and stem; .jpg and
// .jpeg stay, any other format becomes .png. style: "default" or "torchvision".
void write_drawing(const std::filesystem::path& path,
                   const Image& image,
                   const Detections& detections,
                   const ClassNames& names,
                   const std::string& style);

}  // namespace saker

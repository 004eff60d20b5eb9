// The size of an image file, without its pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "image/decoded_image.hpp"

namespace saker {

// Reads the head of a file alone: a few pages of it, however large it is. Width and height are
// those of the upright image, as read_image returns it; `orientation` tells how EXIF turned it.
//
// Throws Error: io when the file cannot be read; data, with its path, when it is empty, of an
// unknown format, or its head is damaged. Damage behind the head stays unseen.
OrientedSize read_image_header(const std::filesystem::path& path);

// The same for a file in memory; `name` stands for the path in messages.
OrientedSize image_header(std::span<const std::byte> bytes, const std::string& name);

}  // namespace saker

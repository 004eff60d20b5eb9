// The image files of a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace saker {

struct ImageListing {
  std::vector<std::string> names;   // relative to the folder, with '/', in bytewise order
  std::int64_t ignored_images = 0;  // files of image formats that are not read
};

// All files under a folder whose extension is one of jpg, jpeg, png, ppm, bmp, pgm, tif, tiff, webp
// and dcm in any letter case, hidden files and dangling links among them. Links to folders are
// followed; one that leads back to a folder it lies in is not. A folder that does not exist holds
// nothing. Throws Error (io) for a folder that cannot be read.
ImageListing list_images(const std::filesystem::path& folder);

// The last suffix of a file name or path with its dot, as a part of `name`; empty when it has none.
// Dots that begin a name belong to it.
std::string_view file_extension(std::string_view name);

bool has_image_extension(std::string_view name);
// Of an image format that is not read.
bool has_other_image_extension(std::string_view name);

}  // namespace saker

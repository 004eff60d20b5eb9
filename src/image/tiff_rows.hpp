// The first page of a TIFF row by row; private to the TIFF decoder.
#pragma once

#include <memory>
#include <string>

#include "image/image_rows.hpp"
#include "image/tiff_file.hpp"

namespace saker {

// As RGB in the orientation that it is stored in, with the values that decode_tiff gives. Held are
// a row of tiles, a row of strips where samples lie in planes, a pixel row otherwise. nullptr where
// libtiff must see the whole picture to turn its colours into RGB. name: of the file, for messages.
// Throws Error (data) for blocks of a size that is not supported.
std::unique_ptr<ImageRows> tiff_rows(std::unique_ptr<TiffFile> file,
                                     const TiffLayout& layout,
                                     const std::string& name);

}  // namespace saker

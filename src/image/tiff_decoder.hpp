// TIFF and BigTIFF by libtiff: strips and tiles, all compressions that libtiff was built with.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/file.hpp"
#include "image/decoded_image.hpp"
#include "image/image_rows.hpp"
#include "saker/image.hpp"

namespace saker {

// The first page as RGB, turned upright by its orientation tag.
//
// kU8 for up to 8 bits a sample (bits, gray and palettes stretched to 0..255), kF32 above: unsigned
// v / (2^bits - 1), signed v / (2^(bits-1) - 1), floating point as stored. Gray is replicated, CMYK
// multiplied out, further samples are dropped. Throws Error (data) for damaged and truncated data
// and for colour spaces and sample types that are not supported.
Image decode_tiff(std::span<const std::byte> bytes);

// The same row by row, for a file that need not fit into memory: of any number of pixels. nullptr
// for one that must be seen as a whole, to be turned upright or for its colours. name: of the file,
// for messages of rows that are damaged.
std::unique_ptr<ImageRows> open_tiff_rows(OpenFile file, const std::string& name);

// Of the first page, with its orientation tag.
// Throws Error (data) for a damaged or truncated head.
OrientedSize tiff_size(std::span<const std::byte> bytes);

}  // namespace saker

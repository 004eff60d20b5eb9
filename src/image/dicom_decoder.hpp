// DICOM images: from stored values to a picture.
#pragma once

#include <cstddef>
#include <span>

#include "image/read_image.hpp"
#include "saker/image.hpp"

namespace saker {

// RGB of a single-frame file, uncompressed (implicit, explicit, big endian) or as RLE, JPEG,
// JPEG-LS or JPEG 2000.
//
// Monochrome, window kAuto or kFixed: slope and intercept or the modality table, then the window
// (linear, linear exact or sigmoid), MONOCHROME1 inverted, rounded to kU8. Without a window in the
// file, values of more than 8 stored bits are stretched from smallest to largest and others over
// all that their bits can hold. Monochrome, kNone: no window, no inversion; with slope, intercept
// or a table of float kind kF32 as they are (for example Hounsfield units), otherwise kU8 for
// unsigned 8 bits and (v - min) / (max - min) of the integer type for others. Colour: YBR becomes
// RGB, palettes are applied; 16-bit colours are shortened to kU8 unless kNone. Throws Error (data)
// for several frames, no pixels, and what is damaged, truncated or not supported.
Image decode_dicom(std::span<const std::byte> bytes, const DicomWindow& window);

// From the rows and columns of the data set.
// Throws Error (data) for a damaged or truncated head.
OrientedSize dicom_size(std::span<const std::byte> bytes);

}  // namespace saker

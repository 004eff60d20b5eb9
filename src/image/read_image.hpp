// Image files to pixels.
//
//   const Image image = read_image("a.jpg");   // RGB, upright
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "image/decoded_image.hpp"
#include "image/image_format.hpp"
#include "saker/image.hpp"

namespace saker {

// How the values of a monochrome DICOM file become a picture.
struct DicomWindow {
  enum class Mode {
    kAuto,   // as a viewer shows it: the file's first VOI window, or else its full stored range; 8
             // bit
    kNone,   // values after slope and intercept, without a window; float unless the file has 8 bits
             // and no slope
    kFixed,  // centre and width below, in units after slope and intercept; 8 bit
  };
  Mode mode = Mode::kAuto;
  double center = 0.0;
  double width = 0.0;  // kFixed: positive
};

struct ReadImageArgs {
  // Turn JPEG, PNG and WebP by their EXIF orientation. TIFF's own orientation tag is always
  // followed.
  bool apply_exif_orientation = true;
  DicomWindow dicom_window;

  // Throws Error (usage) when the fixed window's width is not positive and finite.
  void validate() const;
};

// Reads JPEG, PNG, PNM (P1 to P6), BMP, TIFF, WebP and DICOM, told apart by content; the extension
// plays no part.
//
// Returns 3 channels, RGB: kU8, or kF32 for 16-bit files (v / 65535), float TIFF (as stored) and
// DICOM without a window. Gray is replicated, palettes are expanded, 1 bit becomes 0 and 255, CMYK
// becomes RGB, alpha is dropped. A file with several pictures gives the first; a DICOM file with
// several frames is an error. Throws Error: io when the file cannot be read; data when it is empty,
// truncated, damaged, of an unknown format or of more than 2^28 pixels. Every message begins with
// the path.
Image read_image(const std::filesystem::path& path, const ReadImageArgs& args = {});

// The same for a file in memory; `name` stands for the path in messages.
Image decode_image(std::span<const std::byte> bytes,
                   const std::string& name,
                   const ReadImageArgs& args = {});

// The same before it is turned upright, with the orientation that says how.
DecodedImage decode_stored_image(std::span<const std::byte> bytes,
                                 const std::string& name,
                                 const ReadImageArgs& args = {});

// What the content is of. Throws Error (data) when it is empty or of no format that is read.
ImageFormat checked_image_format(std::span<const std::byte> bytes);

}  // namespace saker

#include "image/read_image.hpp"

#include <fmt/format.h>

#include <cmath>
#include <new>
#include <vector>

#include "core/file.hpp"
#include "image/bmp_decoder.hpp"
#include "image/decoded_image.hpp"
#include "image/dicom_decoder.hpp"
#include "image/exif_orientation.hpp"
#include "image/image_format.hpp"
#include "image/jpeg_decoder.hpp"
#include "image/png_decoder.hpp"
#include "image/pnm_decoder.hpp"
#include "image/tiff_decoder.hpp"
#include "image/webp_decoder.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

DecodedImage decode(std::span<const std::byte> bytes, const ReadImageArgs& args) {
  switch (checked_image_format(bytes)) {
    case ImageFormat::kDicom:
      return {.image = decode_dicom(bytes, args.dicom_window)};
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes);
    case ImageFormat::kPng:
      return decode_png(bytes);
    case ImageFormat::kWebp:
      return decode_webp(bytes);
    case ImageFormat::kTiff:
      return {.image = decode_tiff(bytes)};
    case ImageFormat::kBmp:
      return {.image = decode_bmp(bytes)};
    case ImageFormat::kPnm:
      return {.image = decode_pnm(bytes)};
    case ImageFormat::kUnknown:
      break;
  }
  throw Error(ErrorKind::kInternal, "an image format has no decoder");
}

}  // namespace

ImageFormat checked_image_format(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw Error(ErrorKind::kData, "the file is empty (0 bytes)");
  const ImageFormat format = image_format(bytes);
  if (format == ImageFormat::kUnknown) {
    throw Error(ErrorKind::kData,
                "its content is of no supported format (JPEG, PNG, PNM, BMP, TIFF, WebP, DICOM); "
                "convert it or remove it");
  }
  return format;
}

void ReadImageArgs::validate() const {
  if (dicom_window.mode != DicomWindow::Mode::kFixed) return;
  if (!std::isfinite(dicom_window.center) || !std::isfinite(dicom_window.width) ||
      dicom_window.width <= 0.0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("dicom_window: [{}, {}] is not [center, width] with finite numbers and "
                            "a positive width",
                            dicom_window.center,
                            dicom_window.width));
  }
}

DecodedImage decode_stored_image(std::span<const std::byte> bytes,
                                 const std::string& name,
                                 const ReadImageArgs& args) {
  args.validate();
  try {
    return decode(bytes, args);
  } catch (const Error& error) {
    throw error.with_context(name);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kData, fmt::format("{}: there is not enough memory to decode it", name));
  }
}

Image decode_image(std::span<const std::byte> bytes,
                   const std::string& name,
                   const ReadImageArgs& args) {
  const DecodedImage decoded = decode_stored_image(bytes, name, args);
  try {
    return apply_exif_orientation(decoded.image,
                                  args.apply_exif_orientation ? decoded.orientation : 1);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kData, fmt::format("{}: there is not enough memory to decode it", name));
  }
}

Image read_image(const std::filesystem::path& path, const ReadImageArgs& args) {
  const std::vector<std::byte> bytes = read_file(path);
  return decode_image(bytes, path.string(), args);
}

}  // namespace saker

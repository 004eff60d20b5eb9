#include "image/image_header.hpp"

#include <utility>

#include "core/mapped_file.hpp"
#include "image/bmp_decoder.hpp"
#include "image/dicom_decoder.hpp"
#include "image/image_format.hpp"
#include "image/jpeg_decoder.hpp"
#include "image/png_decoder.hpp"
#include "image/pnm_decoder.hpp"
#include "image/read_image.hpp"
#include "image/tiff_decoder.hpp"
#include "image/webp_decoder.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

OrientedSize stored_size(std::span<const std::byte> bytes) {
  switch (checked_image_format(bytes)) {
    case ImageFormat::kDicom:
      return dicom_size(bytes);
    case ImageFormat::kJpeg:
      return jpeg_size(bytes);
    case ImageFormat::kPng:
      return png_size(bytes);
    case ImageFormat::kWebp:
      return webp_size(bytes);
    case ImageFormat::kTiff:
      return tiff_size(bytes);
    case ImageFormat::kBmp:
      return bmp_size(bytes);
    case ImageFormat::kPnm:
      return pnm_size(bytes);
    case ImageFormat::kUnknown:
      break;
  }
  throw Error(ErrorKind::kInternal, "an image format has no reader of its head");
}

}  // namespace

OrientedSize image_header(std::span<const std::byte> bytes, const std::string& name) {
  try {
    OrientedSize size = stored_size(bytes);
    check_image_size(size.width, size.height);
    if (size.axes_swap()) std::swap(size.width, size.height);
    return size;
  } catch (const Error& error) {
    throw error.with_context(name);
  }
}

OrientedSize read_image_header(const std::filesystem::path& path) {
  const MappedFile file(path);
  return image_header(file.bytes(), path.string());
}

}  // namespace saker

#include "image/read_image.hpp"

#include <fmt/format.h>

#include <cmath>
#include <new>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "image/bmp_decoder.hpp"
#include "image/decoded_image.hpp"
#include "image/dicom_decoder.hpp"
#include "image/exif_orientation.hpp"
#include "image/jpeg_decoder.hpp"
#include "image/png_decoder.hpp"
#include "image/pnm_decoder.hpp"
#include "image/tiff_decoder.hpp"
#include "image/webp_decoder.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using namespace std::string_view_literals;

bool is_pnm(std::string_view text) {
  return text.size() >= 3 && text[0] == 'P' && text[1] >= '1' && text[1] <= '6' &&
         " \t\r\n\v\f#"sv.find(text[2]) != std::string_view::npos;
}

DecodedImage decode(std::span<const std::byte> bytes, const ReadImageArgs& args) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto at = [&](std::size_t offset, std::string_view magic) {
    return text.size() >= offset && text.substr(offset).starts_with(magic);
  };
  if (text.empty()) throw Error(ErrorKind::kData, "the file is empty (0 bytes)");
  // First, since the preamble before it may be the head of another format.
  if (at(128, "DICM"sv)) return {decode_dicom(bytes, args.dicom_window)};
  if (at(0, "\xFF\xD8\xFF"sv)) return decode_jpeg(bytes);
  if (at(0, "\x89PNG\r\n\x1A\n"sv)) return decode_png(bytes);
  if (at(0, "RIFF"sv) && at(8, "WEBP"sv)) return decode_webp(bytes);
  if (at(0, "II*\0"sv) || at(0, "MM\0*"sv) || at(0, "II+\0"sv) || at(0, "MM\0+"sv))
    return {decode_tiff(bytes)};
  if (at(0, "BM"sv)) return {decode_bmp(bytes)};
  if (is_pnm(text)) return {decode_pnm(bytes)};
  throw Error(ErrorKind::kData,
              "its content is of no supported format (JPEG, PNG, PNM, BMP, TIFF, WebP, DICOM); "
              "convert it or remove it");
}

}  // namespace

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

Image decode_image(std::span<const std::byte> bytes,
                   const std::string& name,
                   const ReadImageArgs& args) {
  args.validate();
  try {
    DecodedImage decoded = decode(bytes, args);
    return apply_exif_orientation(decoded.image,
                                  args.apply_exif_orientation ? decoded.orientation : 1);
  } catch (const Error& error) {
    throw error.with_context(name);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kData, fmt::format("{}: there is not enough memory to decode it", name));
  }
}

Image read_image(const std::filesystem::path& path, const ReadImageArgs& args) {
  const std::vector<std::byte> bytes = read_file(path);
  return decode_image(bytes, path.string(), args);
}

}  // namespace saker

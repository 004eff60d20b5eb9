#include "image/image_format.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace saker {
namespace {

using namespace std::string_view_literals;

bool is_pnm(std::string_view text) {
  return text.size() >= 3 && text[0] == 'P' && text[1] >= '1' && text[1] <= '6' &&
         " \t\r\n\v\f#"sv.find(text[2]) != std::string_view::npos;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::array<std::pair<std::string_view, ImageFormat>, 11> kExtensions = {{
    {".jpg", ImageFormat::kJpeg},
    {".jpeg", ImageFormat::kJpeg},
    {".png", ImageFormat::kPng},
    {".ppm", ImageFormat::kPnm},
    {".pgm", ImageFormat::kPnm},
    {".pbm", ImageFormat::kPnm},
    {".bmp", ImageFormat::kBmp},
    {".tif", ImageFormat::kTiff},
    {".tiff", ImageFormat::kTiff},
    {".webp", ImageFormat::kWebp},
    {".dcm", ImageFormat::kDicom},
}};

}  // namespace

ImageFormat image_format(std::span<const std::byte> bytes) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto at = [&](std::size_t offset, std::string_view magic) {
    return text.size() >= offset && text.substr(offset).starts_with(magic);
  };
  // First, since the preamble before it may be the head of another format.
  if (at(128, "DICM"sv)) return ImageFormat::kDicom;
  if (at(0, "\xFF\xD8\xFF"sv)) return ImageFormat::kJpeg;
  if (at(0, "\x89PNG\r\n\x1A\n"sv)) return ImageFormat::kPng;
  if (at(0, "RIFF"sv) && at(8, "WEBP"sv)) return ImageFormat::kWebp;
  if (at(0, "II*\0"sv) || at(0, "MM\0*"sv) || at(0, "II+\0"sv) || at(0, "MM\0+"sv))
    return ImageFormat::kTiff;
  if (at(0, "BM"sv)) return ImageFormat::kBmp;
  if (is_pnm(text)) return ImageFormat::kPnm;
  return ImageFormat::kUnknown;
}

const char* to_string(ImageFormat format) noexcept {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kPnm:
      return "PNM";
    case ImageFormat::kBmp:
      return "BMP";
    case ImageFormat::kTiff:
      return "TIFF";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kDicom:
      return "DICOM";
    case ImageFormat::kUnknown:
      break;
  }
  return "unknown";
}

ImageFormat format_of_extension(std::string_view extension) noexcept {
  for (const auto& [known, format] : kExtensions) {
    if (std::ranges::equal(known, extension, {}, {}, lower)) return format;
  }
  return ImageFormat::kUnknown;
}

}  // namespace saker

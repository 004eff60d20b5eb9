// Which format a file is of, told by its content.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace saker {

enum class ImageFormat { kUnknown, kJpeg, kPng, kPnm, kBmp, kTiff, kWebp, kDicom };

// The first bytes decide; kImageFormatBytes of them are enough.
inline constexpr std::size_t kImageFormatBytes = 132;
ImageFormat image_format(std::span<const std::byte> bytes) noexcept;

// "JPEG", "PNG", ...; "unknown".
const char* to_string(ImageFormat format) noexcept;

// The format that files with this extension (with its dot, any letter case) are expected to be of.
ImageFormat format_of_extension(std::string_view extension) noexcept;

}  // namespace saker

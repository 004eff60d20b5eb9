#include "image/exif_orientation.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "image/byte_reader.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShort = 3;
constexpr std::uint16_t kLong = 4;

template <std::size_t kPixelBytes>
void reorder(const std::byte* source,
             std::byte* target,
             std::int64_t target_height,
             std::int64_t target_width,
             std::int64_t origin,
             std::int64_t step_y,
             std::int64_t step_x) {
  // Square blocks keep the rows of a transposed source in the cache.
  constexpr std::int64_t kBlock = 32;
  constexpr auto kStride = static_cast<std::int64_t>(kPixelBytes);
  for (std::int64_t y0 = 0; y0 < target_height; y0 += kBlock) {
    for (std::int64_t x0 = 0; x0 < target_width; x0 += kBlock) {
      for (std::int64_t y = y0; y < std::min(y0 + kBlock, target_height); ++y) {
        for (std::int64_t x = x0; x < std::min(x0 + kBlock, target_width); ++x) {
          std::memcpy(target + (y * target_width + x) * kStride,
                      source + (origin + y * step_y + x * step_x) * kStride,
                      kPixelBytes);
        }
      }
    }
  }
}

}  // namespace

int parse_exif_orientation(std::span<const std::byte> exif) noexcept {
  constexpr char kPrefix[] = {'E', 'x', 'i', 'f', 0, 0};
  if (exif.size() >= sizeof(kPrefix) && std::memcmp(exif.data(), kPrefix, sizeof(kPrefix)) == 0) {
    exif = exif.subspan(sizeof(kPrefix));
  }
  if (exif.size() < 8) return 1;
  const bool big_endian = exif[0] == std::byte{'M'};
  if (exif[0] != exif[1] || (!big_endian && exif[0] != std::byte{'I'})) return 1;
  const ByteReader reader(exif, big_endian);
  if (reader.u16(2) != 42) return 1;
  const std::uint64_t directory = reader.u32(4);
  const int entries = reader.u16(directory);
  for (int i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + 12 * static_cast<std::uint64_t>(i);
    if (!reader.has(entry, 12)) return 1;
    if (reader.u16(entry) != kOrientationTag) continue;
    const std::uint16_t type = reader.u16(entry + 2);
    const std::uint32_t value = type == kShort  ? reader.u16(entry + 8)
                                : type == kLong ? reader.u32(entry + 8)
                                                : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image apply_exif_orientation(const Image& image, int orientation) {
  if (orientation < 2 || orientation > 8 || image.empty()) return image;
  if (image.channels() != 1 && image.channels() != 3) {
    throw Error(ErrorKind::kInternal, "only images of 1 or 3 channels are turned upright");
  }
  const std::int64_t h = image.height();
  const std::int64_t w = image.width();
  const bool swapped = orientation >= 5;
  const std::int64_t target_height = swapped ? w : h;
  const std::int64_t target_width = swapped ? h : w;
  // The stored pixel of the upright (y, x) is origin + y * step_y + x * step_x.
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::int64_t origin = (from_right ? w - 1 : 0) + (from_bottom ? (h - 1) * w : 0);
  const std::int64_t step_column = from_right ? -1 : 1;
  const std::int64_t step_row = from_bottom ? -w : w;
  const std::int64_t step_y = swapped ? step_column : step_row;
  const std::int64_t step_x = swapped ? step_row : step_column;

  Image upright(target_height, target_width, image.channels(), image.type());
  const auto run = [&](auto reorder_pixels, const auto* source, auto* target) {
    reorder_pixels(reinterpret_cast<const std::byte*>(source),
                   reinterpret_cast<std::byte*>(target),
                   target_height,
                   target_width,
                   origin,
                   step_y,
                   step_x);
  };
  const bool gray = image.channels() == 1;
  if (image.type() == PixelType::kU8) {
    run(gray ? reorder<1> : reorder<3>, image.u8().data(), upright.mutable_u8().data());
  } else {
    run(gray ? reorder<4> : reorder<12>, image.f32().data(), upright.mutable_f32().data());
  }
  return upright;
}

}  // namespace saker

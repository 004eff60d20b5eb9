#include "image/bmp_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "image/byte_reader.hpp"
#include "image/decoded_image.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint32_t kFileHeader = 14;
constexpr std::uint32_t kCoreHeader = 12;
constexpr std::uint32_t kInfoHeader = 40;
constexpr std::uint32_t kInfoHeaderWithMasks = 52;

enum Compression : std::uint32_t {
  kRgb = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kAlphaBitFields = 6
};

using Colour = std::array<std::uint8_t, 3>;

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::kData, message); }
[[noreturn]] void fail_truncated() { fail("the BMP data end too early; the file is truncated"); }

struct Header {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;
  std::uint32_t compression = kRgb;
  std::array<std::uint32_t, 3> masks{};  // red, green, blue; 16 and 32 bits only
  std::uint64_t data_offset = 0;
  std::array<Colour, 256> palette{};
};

void read_size_and_coding(const ByteReader& reader, std::uint32_t header_size, Header& header) {
  std::int64_t height = 0;
  if (header_size == kCoreHeader) {
    header.width = reader.u16(kFileHeader + 4);
    height = reader.u16(kFileHeader + 6);
    header.bits = reader.u16(kFileHeader + 10);
  } else {
    header.width = reader.i32(kFileHeader + 4);
    height = reader.i32(kFileHeader + 8);
    header.bits = reader.u16(kFileHeader + 14);
    // OS/2 2.0 headers may be cut after any field; those that are not there are 0.
    if (header_size >= 20) header.compression = reader.u32(kFileHeader + 16);
  }
  header.top_down = height < 0;
  header.height = height < 0 ? -height : height;
  check_image_size(header.width, header.height);
}

void check_coding(const Header& header) {
  const std::uint32_t bits = header.bits;
  if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
    fail(fmt::format("the BMP has {} bits a pixel, but 1, 2, 4, 8, 16, 24 and 32 are supported",
                     bits));
  }
  bool known = false;
  switch (header.compression) {
    case kRgb:
      known = true;
      break;
    case kRle8:
      known = bits == 8;
      break;
    case kRle4:
      known = bits == 4;
      break;
    case kBitFields:
    case kAlphaBitFields:
      known = bits == 16 || bits == 32;
      break;
    default:
      break;
  }
  if (!known) {
    fail(
        fmt::format("the BMP has compression {} with {} bits a pixel, which is not supported; save "
                    "it uncompressed",
                    header.compression,
                    bits));
  }
}

Header read_header(const ByteReader& reader) {
  if (!reader.has(0, kFileHeader + kCoreHeader)) fail_truncated();
  Header header;
  const std::uint32_t size = reader.u32(kFileHeader);
  if (size != kCoreHeader && (size < 16 || size > 4096))
    fail(fmt::format("the BMP has an unknown header of {} bytes", size));
  if (!reader.has(kFileHeader, size)) fail_truncated();
  read_size_and_coding(reader, size, header);
  check_coding(header);

  std::uint64_t palette_offset = std::uint64_t{kFileHeader} + size;
  if (header.bits == 16) header.masks = {0x7C00, 0x03E0, 0x001F};
  if (header.bits == 32) header.masks = {0xFF0000, 0x00FF00, 0x0000FF};
  if (header.compression == kBitFields || header.compression == kAlphaBitFields) {
    // The masks follow a plain header and are part of the longer ones: the same place.
    for (std::uint32_t c = 0; c < 3; ++c)
      header.masks[c] = reader.u32(kFileHeader + kInfoHeader + 4 * c);
    if (size < kInfoHeaderWithMasks) palette_offset += header.compression == kBitFields ? 12 : 16;
  }

  header.data_offset = reader.u32(10);
  if (header.data_offset < palette_offset) header.data_offset = palette_offset;
  if (header.bits <= 8) {
    const std::uint32_t entry = size == kCoreHeader ? 3 : 4;
    const std::uint32_t used = size >= 36 ? reader.u32(kFileHeader + 32) : 0;
    const std::uint32_t possible = 1U << header.bits;
    const std::uint64_t room = (header.data_offset - palette_offset) / entry;
    const std::uint64_t count =
        std::min<std::uint64_t>({used == 0 ? possible : used, possible, room});
    if (!reader.has(palette_offset, count * entry)) fail_truncated();
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = palette_offset + i * entry;
      header.palette[i] = {reader.u8(at + 2), reader.u8(at + 1), reader.u8(at)};
    }
  }
  return header;
}

// The value of a bit field, stretched to 0..255.
class BitField {
 public:
  explicit BitField(std::uint32_t mask)
      : mask_(mask), shift_(mask == 0 ? 0 : std::countr_zero(mask)), maximum_(mask >> shift_) {}
  std::uint8_t operator()(std::uint32_t pixel) const {
    if (mask_ == 0) return 0;
    const std::uint64_t value = (pixel & mask_) >> shift_;
    return static_cast<std::uint8_t>((value * 255 + maximum_ / 2) / maximum_);
  }

 private:
  std::uint32_t mask_;
  int shift_;
  std::uint64_t maximum_;
};

void decode_row(const Header& header, const unsigned char* row, std::uint8_t* out) {
  const auto width = static_cast<std::size_t>(header.width);
  if (header.bits == 24) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) out[3 * x + c] = row[3 * x + 2 - c];
    }
  } else if (header.bits > 8) {
    const std::array fields{
        BitField(header.masks[0]), BitField(header.masks[1]), BitField(header.masks[2])};
    const std::size_t bytes = header.bits / 8;
    for (std::size_t x = 0; x < width; ++x) {
      std::uint32_t pixel = 0;
      for (std::size_t i = 0; i < bytes; ++i) pixel |= std::uint32_t{row[x * bytes + i]} << (8 * i);
      for (std::size_t c = 0; c < 3; ++c) out[3 * x + c] = fields[c](pixel);
    }
  } else {
    const std::size_t per_byte = 8 / header.bits;
    const unsigned mask = (1U << header.bits) - 1;
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t shift = (per_byte - 1 - x % per_byte) * header.bits;
      const Colour& colour = header.palette[(row[x / per_byte] >> shift) & mask];
      std::copy(colour.begin(), colour.end(), out + 3 * x);
    }
  }
}

// Palette indices from run-length coding, in the file's order of rows.
std::vector<unsigned char> decode_runs(const Header& header, const ByteReader& reader) {
  const auto width = static_cast<std::size_t>(header.width);
  const auto height = static_cast<std::size_t>(header.height);
  const bool nibbles = header.compression == kRle4;
  std::vector<unsigned char> indices(width * height);
  std::uint64_t at = header.data_offset;
  std::size_t x = 0;
  std::size_t y = 0;
  const auto put = [&](unsigned char index) {
    if (x < width && y < height) indices[y * width + x] = index;
    ++x;
  };
  while (y < height) {
    if (!reader.has(at, 2)) fail_truncated();
    const unsigned count = reader.u8(at);
    const unsigned value = reader.u8(at + 1);
    at += 2;
    if (count > 0) {
      for (unsigned i = 0; i < count; ++i) {
        put(static_cast<unsigned char>(!nibbles ? value : i % 2 == 0 ? value >> 4 : value & 15));
      }
    } else if (value == 0) {
      x = 0;
      ++y;
    } else if (value == 1) {
      break;
    } else if (value == 2) {
      if (!reader.has(at, 2)) fail_truncated();
      x += reader.u8(at);
      y += reader.u8(at + 1);
      at += 2;
    } else {
      const unsigned bytes = nibbles ? (value + 1) / 2 : value;
      if (!reader.has(at, bytes)) fail_truncated();
      for (unsigned i = 0; i < value; ++i) {
        const unsigned byte = reader.u8(at + (nibbles ? i / 2 : i));
        put(static_cast<unsigned char>(!nibbles ? byte : i % 2 == 0 ? byte >> 4 : byte & 15));
      }
      at += bytes + bytes % 2;
    }
  }
  return indices;
}

}  // namespace

OrientedSize bmp_size(std::span<const std::byte> bytes) {
  const Header header = read_header(ByteReader(bytes));
  return {.width = header.width, .height = header.height};
}

Image decode_bmp(std::span<const std::byte> bytes) {
  const ByteReader reader(bytes);
  const Header header = read_header(reader);
  const auto width = static_cast<std::size_t>(header.width);
  const auto height = static_cast<std::size_t>(header.height);
  const auto target_row = [&](std::size_t y) { return header.top_down ? y : height - 1 - y; };

  if (header.compression == kRle8 || header.compression == kRle4) {
    const std::vector<unsigned char> indices = decode_runs(header, reader);
    Image image(header.height, header.width, 3, PixelType::kU8);
    std::uint8_t* out = image.mutable_u8().data();
    for (std::size_t y = 0; y < height; ++y) {
      std::uint8_t* row = out + target_row(y) * width * 3;
      for (std::size_t x = 0; x < width; ++x) {
        const Colour& colour = header.palette[indices[y * width + x]];
        std::copy(colour.begin(), colour.end(), row + 3 * x);
      }
    }
    return image;
  }

  const std::uint64_t stride = (static_cast<std::uint64_t>(width) * header.bits + 31) / 32 * 4;
  if (!reader.has(header.data_offset, stride * height)) fail_truncated();
  Image image(header.height, header.width, 3, PixelType::kU8);
  std::uint8_t* out = image.mutable_u8().data();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data()) + header.data_offset;
  for (std::size_t y = 0; y < height; ++y)
    decode_row(header, data + y * stride, out + target_row(y) * width * 3);
  return image;
}

}  // namespace saker

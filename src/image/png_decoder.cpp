#include "image/png_decoder.hpp"

#include <fmt/format.h>
#include <png.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "image/byte_reader.hpp"
#include "image/exif_orientation.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Deflate cannot shrink further than 1 : 1032.
constexpr std::uint64_t kMaxCompression = 1032;

struct Source {
  const std::byte* data = nullptr;
  std::size_t left = 0;
  bool truncated = false;
  char message[160] = {};
};

void on_read(png_structp png, png_bytep target, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left) {
    source->truncated = true;
    png_error(png, "truncated");
  }
  std::memcpy(target, source->data, count);
  source->data += count;
  source->left -= count;
}

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->message, message, sizeof(source->message) - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

// The functions with setjmp hold no object with a destructor: a longjmp may leave them and libpng's
// frames only.

bool read_header(png_structp png, png_infop info, Source& source) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &source, on_read);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_read_info(png, info);
  return true;
}

bool set_up_rgb(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  if constexpr (std::endian::native == std::endian::little) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytep* rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, rows);
  return true;
}

// Chunks after the pixels; damage there does not matter.
void read_end(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png)) != 0) return;
  png_read_end(png, info);
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes)
      : size_(bytes.size()), source_{bytes.data(), bytes.size()} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error(ErrorKind::kInternal, "libpng cannot start");
    }
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  DecodedImage decode() {
    if (!read_header(png_, info_, source_)) fail();
    const std::int64_t width = png_get_image_width(png_, info_);
    const std::int64_t height = png_get_image_height(png_, info_);
    check_image_size(width, height);
    if (static_cast<std::uint64_t>(height) * png_get_rowbytes(png_, info_) / kMaxCompression >
        size_) {
      throw Error(
          ErrorKind::kData,
          fmt::format(
              "its header gives {} x {} pixels, but {} bytes cannot hold them; the file is damaged",
              width,
              height,
              size_));
    }
    const bool deep = png_get_bit_depth(png_, info_) == 16;
    if (!set_up_rgb(png_, info_)) fail();
    const std::size_t values = static_cast<std::size_t>(width) * 3;
    if (png_get_rowbytes(png_, info_) != values * (deep ? 2 : 1)) {
      throw Error(ErrorKind::kInternal, "libpng gives rows of an unexpected size");
    }

    DecodedImage decoded{Image(height, width, 3, deep ? PixelType::kF32 : PixelType::kU8)};
    std::vector<std::uint16_t> stored(deep ? decoded.image.value_count() : 0);
    std::vector<png_bytep> rows(static_cast<std::size_t>(height));
    auto* first =
        deep ? reinterpret_cast<png_bytep>(stored.data()) : decoded.image.mutable_u8().data();
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = first + y * values * (deep ? 2 : 1);
    if (!read_rows(png_, rows.data())) fail();
    if (deep) {
      float* out = decoded.image.mutable_f32().data();
      for (std::size_t i = 0; i < stored.size(); ++i)
        out[i] = static_cast<float>(stored[i]) / 65535.0F;
    }
    read_end(png_, info_);
    decoded.orientation = orientation();
    return decoded;
  }

 private:
  int orientation() const {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &exif) == 0 || exif == nullptr) return 1;
    return parse_exif_orientation(std::as_bytes(std::span(exif, size)));
  }

  [[noreturn]] void fail() const {
    if (source_.truncated)
      throw Error(ErrorKind::kData, "the PNG data end too early; the file is truncated");
    throw Error(ErrorKind::kData, fmt::format("the PNG cannot be decoded: {}", source_.message));
  }

  std::size_t size_;
  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

// Chunk by chunk, without libpng, which would unpack the picture to come to what stands behind it.
OrientedSize png_size(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kSignature = 8, kChunkFrame = 12;  // length, type and checksum
  const ByteReader reader(bytes, true);
  if (!reader.has(0, kSignature + kChunkFrame + 13))
    throw Error(ErrorKind::kData, "the PNG data end too early; the file is truncated");
  if (reader.u32(12) != 0x49484452)  // IHDR
    throw Error(ErrorKind::kData, "the PNG does not begin with a header");
  OrientedSize size{.width = reader.u32(16), .height = reader.u32(20)};
  for (std::uint64_t at = kSignature; reader.has(at, kChunkFrame);) {
    const std::uint64_t length = reader.u32(at);
    if (!reader.has(at, kChunkFrame + length)) break;
    if (reader.u32(at + 4) == 0x65584966) {  // eXIf
      size.orientation = parse_exif_orientation(
          bytes.subspan(static_cast<std::size_t>(at) + 8, static_cast<std::size_t>(length)));
      break;
    }
    at += kChunkFrame + length;
  }
  return size;
}

DecodedImage decode_png(std::span<const std::byte> bytes) { return PngReader(bytes).decode(); }

}  // namespace saker

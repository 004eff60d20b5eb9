#include "image/encode.hpp"

#include <fmt/format.h>
#include <png.h>
#include <webp/encode.h>

#include <algorithm>
#include <cctype>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

// jpeglib.h needs cstdio before it.
#include <jpeglib.h>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

void check_encodable(const Image& image) {
  if (image.empty() || (image.channels() != 1 && image.channels() != 3)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "an image of {} x {} pixels and {} channels cannot be written; 1 or 3 channels can",
            image.width(),
            image.height(),
            image.channels()));
  }
}

Image to_u8(const Image& image) {
  if (image.type() == PixelType::kU8) return image;
  Image bytes(image.height(), image.width(), image.channels(), PixelType::kU8);
  const std::span<const float> values = image.f32();
  std::transform(values.begin(), values.end(), bytes.mutable_u8().begin(), [](float v) {
    // Written so that not-a-number becomes 0.
    return static_cast<std::uint8_t>(v > 0.0F ? std::min(v, 1.0F) * 255.0F + 0.5F : 0.0F);
  });
  return bytes;
}

std::vector<std::byte> copy_bytes(const void* data, std::size_t size) {
  const auto* first = static_cast<const std::byte*>(data);
  return {first, first + size};
}

struct JpegErrors : jpeg_error_mgr {
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

struct JpegTarget {
  unsigned char* data = nullptr;
  unsigned long size = 0;
};

// Holds no object with a destructor: a longjmp may leave it and libjpeg's frames only.
bool compress_jpeg(jpeg_compress_struct& info,
                   JpegErrors& errors,
                   JpegTarget& target,
                   const unsigned char* pixels,
                   int width,
                   int height,
                   int channels,
                   int quality) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &target.data, &target.size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = channels;
  info.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  const std::size_t stride = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<unsigned char*>(pixels + info.next_scanline * stride);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::vector<std::byte> encode_png(const Image& image) {
  check_encodable(image);
  const Image bytes = to_u8(image);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(bytes.width());
  header.height = static_cast<png_uint_32>(bytes.height());
  header.format = bytes.channels() == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  std::vector<std::byte> file(PNG_IMAGE_PNG_SIZE_MAX(header));
  png_alloc_size_t size = file.size();
  const auto stride = static_cast<png_int_32>(bytes.width() * bytes.channels());
  if (png_image_write_to_memory(
          &header, file.data(), &size, 0, bytes.u8().data(), stride, nullptr) == 0) {
    const std::string message = header.message;
    png_image_free(&header);
    throw Error(ErrorKind::kInternal, fmt::format("the PNG cannot be written: {}", message));
  }
  file.resize(size);
  return file;
}

std::vector<std::byte> encode_jpeg(const Image& image, int quality) {
  check_encodable(image);
  if (image.width() > JPEG_MAX_DIMENSION || image.height() > JPEG_MAX_DIMENSION) {
    throw Error(ErrorKind::kUsage,
                fmt::format("an image of {} x {} pixels is too large for JPEG; write a PNG",
                            image.width(),
                            image.height()));
  }
  const Image bytes = to_u8(image);
  jpeg_compress_struct info{};
  JpegErrors errors{};
  info.err = jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr common) {
    auto* own = static_cast<JpegErrors*>(common->err);
    own->format_message(common, own->message);
    std::longjmp(own->jump, 1);
  };
  errors.output_message = [](j_common_ptr) {};
  JpegTarget target;
  const bool done = compress_jpeg(info,
                                  errors,
                                  target,
                                  bytes.u8().data(),
                                  static_cast<int>(bytes.width()),
                                  static_cast<int>(bytes.height()),
                                  static_cast<int>(bytes.channels()),
                                  quality);
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, void (*)(void*)> data(target.data, std::free);
  if (!done)
    throw Error(ErrorKind::kInternal,
                fmt::format("the JPEG cannot be written: {}", errors.message));
  return copy_bytes(data.get(), target.size);
}

std::vector<std::byte> encode_webp(const Image& image, int quality) {
  check_encodable(image);
  if (image.width() > WEBP_MAX_DIMENSION || image.height() > WEBP_MAX_DIMENSION) {
    throw Error(ErrorKind::kUsage,
                fmt::format("an image of {} x {} pixels is too large for WebP; write a PNG",
                            image.width(),
                            image.height()));
  }
  const Image bytes = to_u8(image);
  std::vector<std::uint8_t> rgb;  // WebP has no gray
  std::span<const std::uint8_t> pixels = bytes.u8();
  if (bytes.channels() == 1) {
    rgb.reserve(3 * pixels.size());
    for (const std::uint8_t v : pixels) rgb.insert(rgb.end(), {v, v, v});
    pixels = rgb;
  }
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeRGB(pixels.data(),
                                         static_cast<int>(bytes.width()),
                                         static_cast<int>(bytes.height()),
                                         static_cast<int>(3 * bytes.width()),
                                         static_cast<float>(quality),
                                         &data);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(data, WebPFree);
  if (size == 0) throw Error(ErrorKind::kInternal, "the WebP cannot be written");
  return copy_bytes(data, size);
}

void write_image(const std::filesystem::path& path, const Image& image) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  if (extension == ".png") {
    write_file_atomically(path, encode_png(image));
  } else if (extension == ".jpg" || extension == ".jpeg") {
    write_file_atomically(path, encode_jpeg(image));
  } else {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: images are written as .png, .jpg or .jpeg, not as '{}'",
                            path.string(),
                            extension));
  }
}

}  // namespace saker

#include "image/jpeg_decoder.hpp"

#include <fmt/format.h>

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

// jpeglib.h needs cstdio before it.
#include <jerror.h>
#include <jpeglib.h>

#include "image/exif_orientation.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Nobody writes more; hostile progressive files repeat scans to keep a decoder busy.
constexpr int kMaxScans = 500;
constexpr JDIMENSION kRowsAtOnce = 16;

struct ErrorManager : jpeg_error_mgr {
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
  char damage[JMSG_LENGTH_MAX];  // of the first warning
  bool too_many_scans;
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto* errors = static_cast<ErrorManager*>(info->err);
  errors->format_message(info, errors->message);
  std::longjmp(errors->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  if (info->err->msg_code == JWRN_JPEG_EOF) on_error(info);
  auto* errors = static_cast<ErrorManager*>(info->err);
  if (errors->damage[0] == 0) errors->format_message(info, errors->damage);
}

void on_progress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
    static_cast<ErrorManager*>(info->err)->too_many_scans = true;
    on_error(info);
  }
}

// The functions with setjmp hold no object with a destructor: a longjmp may leave them and
// libjpeg's frames only.

bool read_header(jpeg_decompress_struct& info,
                 ErrorManager& errors,
                 const unsigned char* data,
                 unsigned long size) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, data, size);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&info, TRUE);
  return true;
}

bool read_rgb(jpeg_decompress_struct& info, ErrorManager& errors, unsigned char* out) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_start_decompress(&info);
  const std::size_t stride = std::size_t{info.output_width} * 3;
  while (info.output_scanline < info.output_height) {
    JSAMPROW rows[kRowsAtOnce];
    JDIMENSION count = 0;
    for (; count < kRowsAtOnce && info.output_scanline + count < info.output_height; ++count) {
      rows[count] = out + (info.output_scanline + count) * stride;
    }
    jpeg_read_scanlines(&info, rows, count);
  }
  jpeg_finish_decompress(&info);
  return true;
}

bool read_inverted_cmyk(jpeg_decompress_struct& info,
                        ErrorManager& errors,
                        unsigned char* line,
                        unsigned char* out) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    unsigned char* row = out + std::size_t{info.output_scanline} * info.output_width * 3;
    JSAMPROW rows[1] = {line};
    jpeg_read_scanlines(&info, rows, 1);
    for (std::size_t x = 0; x < info.output_width; ++x) {
      const unsigned white = line[4 * x + 3];
      for (std::size_t c = 0; c < 3; ++c) {
        row[3 * x + c] = static_cast<unsigned char>((line[4 * x + c] * white + 127) / 255);
      }
    }
  }
  jpeg_finish_decompress(&info);
  return true;
}

class Decompressor {
 public:
  Decompressor() {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = on_progress;
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info_); }

  OrientedSize size(std::span<const std::byte> bytes) {
    if (!read_header(
            info_, errors_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()))
      fail();
    return {info_.image_width, info_.image_height, orientation()};
  }

  DecodedImage decode(std::span<const std::byte> bytes, JpegColours colours) {
    const auto [width, height, orientation] = size(bytes);
    info_.progress = &progress_;
    check_image_size(width, height);
    // A Huffman code has at least one bit for each 8 x 8 block of the finest component (up to 4
    // times coarser than the image).
    if (info_.arith_code == FALSE &&
        static_cast<std::uint64_t>(width * height) / 2048 > bytes.size()) {
      throw Error(
          ErrorKind::kData,
          fmt::format(
              "its header gives {} x {} pixels, but {} bytes cannot hold them; the file is damaged",
              width,
              height,
              bytes.size()));
    }
    DecodedImage decoded{Image(height, width, 3, PixelType::kU8), orientation};
    unsigned char* out = decoded.image.mutable_u8().data();
    bool done = false;
    if (info_.num_components == 4) {
      info_.out_color_space = JCS_CMYK;
      std::vector<unsigned char> line(static_cast<std::size_t>(width) * 4);
      done = read_inverted_cmyk(info_, errors_, line.data(), out);
    } else {
      if (colours == JpegColours::kStoredRgb && info_.num_components == 3)
        info_.jpeg_color_space = JCS_RGB;
      info_.out_color_space = JCS_RGB;
      done = read_rgb(info_, errors_, out);
    }
    if (!done) fail();
    decoded.damage = errors_.damage;
    return decoded;
  }

 private:
  int orientation() const {
    constexpr char kExif[] = {'E', 'x', 'i', 'f', 0, 0};
    for (jpeg_saved_marker_ptr marker = info_.marker_list; marker != nullptr;
         marker = marker->next) {
      if (marker->data_length > sizeof(kExif) &&
          std::memcmp(marker->data, kExif, sizeof(kExif)) == 0) {
        return parse_exif_orientation(std::as_bytes(std::span(marker->data, marker->data_length)));
      }
    }
    return 1;
  }

  [[noreturn]] void fail() const {
    if (errors_.too_many_scans) {
      throw Error(ErrorKind::kData,
                  fmt::format("the JPEG has more than {} scans; save it again", kMaxScans));
    }
    switch (errors_.msg_code) {
      case JERR_BAD_PRECISION:
        throw Error(ErrorKind::kData,
                    fmt::format("the JPEG has {} bits a sample, but 8 are supported; convert it, "
                                "for example to a 16-bit PNG",
                                info_.data_precision));
      case JWRN_JPEG_EOF:
      case JERR_INPUT_EOF:
      case JERR_INPUT_EMPTY:
        throw Error(ErrorKind::kData, "the JPEG data end too early; the file is truncated");
      default:
        throw Error(ErrorKind::kData,
                    fmt::format("the JPEG cannot be decoded: {}", errors_.message));
    }
  }

  jpeg_decompress_struct info_{};
  ErrorManager errors_{};
  jpeg_progress_mgr progress_{};
};

}  // namespace

OrientedSize jpeg_size(std::span<const std::byte> bytes) { return Decompressor().size(bytes); }

DecodedImage decode_jpeg(std::span<const std::byte> bytes, JpegColours colours) {
  return Decompressor().decode(bytes, colours);
}

}  // namespace saker

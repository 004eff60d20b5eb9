// A TIFF in memory or on disk and the layout of its first page; private to the TIFF decoder.
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/file.hpp"

namespace saker {

// libtiff's handle. Errors of libtiff are kept, warnings dropped; nothing is printed.
class TiffFile {
 public:
  // Borrowed bytes, which must outlive it. Throws Error (data) when the first page cannot be read.
  explicit TiffFile(std::span<const std::byte> bytes);
  // The parts of a file that are asked for are read from it, so that it need not fit into memory.
  // Throws Error (data) when the first page cannot be read.
  explicit TiffFile(OpenFile file);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;
  ~TiffFile();

  TIFF* get() const noexcept { return tiff_; }
  // Throws Error (data) with libtiff's first message.
  [[noreturn]] void fail() const;

 private:
  void open();
  std::uint64_t size() const noexcept;
  static int on_error(
      TIFF* tiff, void* file, const char* module, const char* format, va_list arguments);
  static tmsize_t on_read(thandle_t file, void* target, tmsize_t count);
  static toff_t on_seek(thandle_t file, toff_t offset, int whence);

  std::span<const std::byte> bytes_;
  OpenFile file_;  // where there are no bytes
  std::uint64_t position_ = 0;
  std::string message_;
  TIFF* tiff_ = nullptr;
};

enum class TiffColour {
  kGray,     // 1 sample, 0 is black
  kInverse,  // 1 sample, 0 is white
  kRgb,      // 3 samples
  kPalette,  // 1 sample
  kCmyk,     // 4 samples
  kLibtiff,  // another colour space, which libtiff turns into 8-bit RGB
};

enum class TiffSampleType { kUnsigned, kSigned, kFloat };

struct TiffLayout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;
  std::uint16_t samples = 1;
  std::uint16_t orientation = 1;
  bool planar = false;  // each sample in a plane of its own
  TiffSampleType type = TiffSampleType::kUnsigned;
  TiffColour colour = TiffColour::kGray;

  // Samples that the colour is made of; the others are dropped.
  std::uint16_t colour_samples() const noexcept;
};

// Reads and checks the tags of the current page, but not how many pixels it has. Throws Error
// (data).
TiffLayout read_tiff_layout(const TiffFile& file);

}  // namespace saker

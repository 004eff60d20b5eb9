#include "image/tiff_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr tmsize_t kMaxAllocation = tmsize_t{1} << 30;

std::uint16_t short_tag(TIFF* tiff, std::uint32_t tag) {
  std::uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

TiffColour colour_of(TIFF* tiff, const TiffLayout& layout) {
  std::uint16_t photometric = 0;
  if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric) == 0) {
    photometric = layout.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
      return TiffColour::kInverse;
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MASK:
      return TiffColour::kGray;
    case PHOTOMETRIC_RGB:
      return TiffColour::kRgb;
    case PHOTOMETRIC_PALETTE:
      return TiffColour::kPalette;
    case PHOTOMETRIC_SEPARATED:
      return TiffColour::kCmyk;
    case PHOTOMETRIC_YCBCR:
      // The JPEG codec itself gives RGB when asked to.
      if (short_tag(tiff, TIFFTAG_COMPRESSION) == COMPRESSION_JPEG && !layout.planar) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        return TiffColour::kRgb;
      }
      return TiffColour::kLibtiff;
    default:
      return TiffColour::kLibtiff;
  }
}

TiffSampleType sample_type_of(TIFF* tiff) {
  switch (short_tag(tiff, TIFFTAG_SAMPLEFORMAT)) {
    case SAMPLEFORMAT_INT:
      return TiffSampleType::kSigned;
    case SAMPLEFORMAT_IEEEFP:
      return TiffSampleType::kFloat;
    case SAMPLEFORMAT_COMPLEXINT:
    case SAMPLEFORMAT_COMPLEXIEEEFP:
      throw Error(ErrorKind::kData, "the TIFF holds complex numbers, which are not supported");
    default:
      return TiffSampleType::kUnsigned;
  }
}

bool supported_bits(const TiffLayout& layout) {
  const unsigned bits = layout.bits;
  if (layout.colour == TiffColour::kPalette) return bits >= 1 && bits <= 8;
  switch (layout.type) {
    case TiffSampleType::kUnsigned:
      return (bits >= 1 && bits <= 16) || bits == 32;
    case TiffSampleType::kSigned:
      return bits == 8 || bits == 16 || bits == 32;
    case TiffSampleType::kFloat:
      return bits == 16 || bits == 32 || bits == 64;
  }
  return false;
}

}  // namespace

TiffFile::TiffFile(std::span<const std::byte> bytes) : bytes_(bytes) { open(); }

TiffFile::TiffFile(OpenFile file) : file_(std::move(file)) { open(); }

void TiffFile::open() {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMaxAllocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(
      options, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr);
  // "m": no memory map; libtiff would otherwise ask for one.
  tiff_ = TIFFClientOpenExt(
      "TIFF",
      "rm",
      this,
      on_read,
      [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; },
      on_seek,
      [](thandle_t) { return 0; },
      [](thandle_t file) { return static_cast<toff_t>(static_cast<TiffFile*>(file)->size()); },
      nullptr,
      nullptr,
      options);
  TIFFOpenOptionsFree(options);
  if (tiff_ == nullptr) fail();
}

TiffFile::~TiffFile() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

void TiffFile::fail() const {
  throw Error(ErrorKind::kData,
              fmt::format("the TIFF cannot be decoded: {}",
                          message_.empty() ? "it is damaged or truncated" : message_));
}

int TiffFile::on_error(
    TIFF* /*tiff*/, void* file, const char* /*module*/, const char* format, va_list arguments) {
  auto* self = static_cast<TiffFile*>(file);
  if (self->message_.empty()) {
    char text[256];
    std::vsnprintf(text, sizeof(text), format, arguments);
    self->message_ = text;
  }
  return 1;
}

std::uint64_t TiffFile::size() const noexcept {
  return file_.descriptor.is_open() ? file_.bytes : bytes_.size();
}

tmsize_t TiffFile::on_read(thandle_t file, void* target, tmsize_t count) {
  auto* self = static_cast<TiffFile*>(file);
  const std::uint64_t left = self->size() - std::min(self->position_, self->size());
  const auto wanted = static_cast<std::size_t>(
      std::min(left, static_cast<std::uint64_t>(std::max<tmsize_t>(count, 0))));
  std::size_t done = 0;
  if (!self->file_.descriptor.is_open()) {
    if (wanted > 0) std::memcpy(target, self->bytes_.data() + self->position_, wanted);
    done = wanted;
  }
  while (done < wanted) {
    const ssize_t got = ::pread(self->file_.descriptor.get(),
                                static_cast<char*>(target) + done,
                                wanted - done,
                                static_cast<off_t>(self->position_ + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // libtiff says that too few bytes came
    done += static_cast<std::size_t>(got);
  }
  self->position_ += done;
  return static_cast<tmsize_t>(done);
}

toff_t TiffFile::on_seek(thandle_t file, toff_t offset, int whence) {
  auto* self = static_cast<TiffFile*>(file);
  const std::uint64_t start = whence == SEEK_CUR   ? self->position_
                              : whence == SEEK_END ? self->size()
                                                   : 0;
  self->position_ = start + offset;
  return self->position_;
}

std::uint16_t TiffLayout::colour_samples() const noexcept {
  return colour == TiffColour::kRgb ? 3 : colour == TiffColour::kCmyk ? 4 : 1;
}

TiffLayout read_tiff_layout(const TiffFile& file) {
  TIFF* tiff = file.get();
  TiffLayout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  layout.bits = short_tag(tiff, TIFFTAG_BITSPERSAMPLE);
  layout.samples = short_tag(tiff, TIFFTAG_SAMPLESPERPIXEL);
  layout.orientation = short_tag(tiff, TIFFTAG_ORIENTATION);
  layout.planar = short_tag(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  layout.colour = colour_of(tiff, layout);
  if (layout.colour == TiffColour::kLibtiff) return layout;
  layout.type =
      layout.colour == TiffColour::kPalette ? TiffSampleType::kUnsigned : sample_type_of(tiff);
  if (!supported_bits(layout)) {
    throw Error(ErrorKind::kData,
                fmt::format("the TIFF has {} bits a sample of a kind that is not supported; save "
                            "it with 8 or 16 bits",
                            layout.bits));
  }
  if (layout.samples < layout.colour_samples()) {
    throw Error(ErrorKind::kData,
                fmt::format("the TIFF has {} samples a pixel, but its colours need {}",
                            layout.samples,
                            layout.colour_samples()));
  }
  return layout;
}

}  // namespace saker

#include "image/image_rows.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "core/file.hpp"
#include "image/image_format.hpp"
#include "image/pixel_rows.hpp"
#include "image/tiff_decoder.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

class MemoryRows final : public ImageRows {
 public:
  explicit MemoryRows(const Image& image)
      : ImageRows(image.height(), image.width(), image.channels(), image.type(), ""),
        image_(image) {}

 private:
  void copy_rows(std::int64_t first, std::int64_t count, Image& target, std::int64_t row) override {
    saker::copy_rows(image_, first, count, target, row);
  }

  const Image image_;
};

ImageFormat format_of(const OpenFile& file) {
  std::array<std::byte, kImageFormatBytes> head{};
  const ssize_t got = ::pread(file.descriptor.get(), head.data(), head.size(), 0);
  return image_format(std::span(head).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
}

}  // namespace

void ImageRows::read(std::int64_t count, Image& target, std::int64_t row) {
  if (count < 0 || count > left() || row < 0 || row + count > target.height() ||
      target.width() != width_ || target.channels() != channels_ || target.type() != type_) {
    throw Error(ErrorKind::kInternal, "rows of an image were read past its end or its target");
  }
  try {
    copy_rows(next_, count, target, row);
  } catch (const Error& error) {
    if (name_.empty()) throw;
    throw error.with_context(name_);
  }
  next_ += count;
}

std::unique_ptr<ImageRows> rows_of(const Image& image) {
  return std::make_unique<MemoryRows>(image);
}

std::unique_ptr<ImageRows> open_image_rows(const std::filesystem::path& path,
                                           const ReadImageArgs& args) {
  OpenFile file = open_file(path);
  if (format_of(file) == ImageFormat::kTiff) {
    try {
      if (auto rows = open_tiff_rows(std::move(file), path.string())) return rows;
    } catch (const Error& error) {
      throw error.with_context(path.string());
    }
  }
  return rows_of(read_image(path, args));
}

}  // namespace saker

#include "image/image_rows.hpp"

#include <algorithm>

#include "image/pixel_rows.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

class MemoryRows final : public ImageRows {
 public:
  explicit MemoryRows(const Image& image)
      : ImageRows(image.height(), image.width(), image.channels(), image.type()), image_(image) {}

 private:
  void copy_rows(std::int64_t first, std::int64_t count, Image& target, std::int64_t row) override {
    saker::copy_rows(image_, first, count, target, row);
  }

  const Image image_;
};

}  // namespace

void ImageRows::read(std::int64_t count, Image& target, std::int64_t row) {
  if (count < 0 || count > left() || row < 0 || row + count > target.height() ||
      target.width() != width_ || target.channels() != channels_ || target.type() != type_) {
    throw Error(ErrorKind::kInternal, "rows of an image were read past its end or its target");
  }
  copy_rows(next_, count, target, row);
  next_ += count;
}

std::unique_ptr<ImageRows> rows_of(const Image& image) {
  return std::make_unique<MemoryRows>(image);
}

}  // namespace saker

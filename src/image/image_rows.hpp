// An image that is read once, from its first row to its last, so that it need not fit into memory.
#pragma once

#include <cstdint>
#include <memory>

#include "saker/image.hpp"

namespace saker {

class ImageRows {
 public:
  virtual ~ImageRows() = default;

  std::int64_t height() const noexcept { return height_; }
  std::int64_t width() const noexcept { return width_; }
  std::int64_t channels() const noexcept { return channels_; }
  PixelType type() const noexcept { return type_; }
  // Rows that are still to be read.
  std::int64_t left() const noexcept { return height_ - next_; }

  // Copies the next `count` rows to the rows of `target` from `row` on. Throws Error: internal when
  // so many are not left or `target` has no room for them; data when the file is damaged there.
  void read(std::int64_t count, Image& target, std::int64_t row);

 protected:
  ImageRows(std::int64_t height, std::int64_t width, std::int64_t channels, PixelType type)
      : height_(height), width_(width), channels_(channels), type_(type) {}

 private:
  // first: the number of the first of these rows.
  virtual void copy_rows(std::int64_t first,
                         std::int64_t count,
                         Image& target,
                         std::int64_t row) = 0;

  std::int64_t height_, width_, channels_;
  PixelType type_;
  std::int64_t next_ = 0;
};

// The rows of an image in memory.
std::unique_ptr<ImageRows> rows_of(const Image& image);

}  // namespace saker

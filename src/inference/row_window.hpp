// The rows of an image that are held at a time: a window that moves down over it.
#pragma once

#include <cstdint>

#include "image/image_rows.hpp"
#include "saker/image.hpp"

namespace saker {

class RowWindow {
 public:
  // rows: must outlive it. channels: those that the pixels are given with; a gray image may get
  // more. capacity: the most rows that are held. Throws Error (usage) as with_channels does.
  RowWindow(ImageRows& rows, std::int64_t channels, std::int64_t capacity);

  // Row i of these is row first() + i of the image, up to end().
  const Image& pixels() const { return pixels_; }
  std::int64_t first() const { return first_; }
  std::int64_t end() const { return end_; }

  // Forgets the rows before `first` and reads those up to `end`.
  void move_to(std::int64_t first, std::int64_t end);

 private:
  ImageRows& rows_;
  Image pixels_;
  std::int64_t first_ = 0, end_ = 0;
};

}  // namespace saker

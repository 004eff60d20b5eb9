#include "transforms/placed_image.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "saker/error.hpp"

namespace saker {
namespace {

void shift(PlacedAxis& axis, std::int64_t pixels) { axis.offset += axis.sign * pixels; }

void mirror(PlacedAxis& axis, std::int64_t canvas_length) {
  axis.offset += axis.sign * (canvas_length - 1);
  axis.sign = -axis.sign;
}

// Hides what lies outside the canvas, so that a later pad shows the fill there.
void narrow(PlacedAxis& axis, std::int64_t canvas_length) {
  const std::int64_t first = axis.offset;
  const std::int64_t last = axis.sign * (canvas_length - 1) + axis.offset;
  axis.begin = std::max(axis.begin, std::min(first, last));
  axis.end = std::max(axis.begin, std::min(axis.end, std::max(first, last) + 1));
}

std::vector<std::int64_t> indices(const PlacedAxis& axis, std::int64_t canvas_length) {
  std::vector<std::int64_t> result(static_cast<std::size_t>(canvas_length));
  for (std::int64_t i = 0; i < canvas_length; ++i) result[static_cast<std::size_t>(i)] = axis.at(i);
  return result;
}

template <typename T>
void copy_pixels(std::span<const T> from, std::span<T> to, const PlacedImage& image, T fill) {
  const std::int64_t channels = image.source().channels();
  const std::int64_t row_length = image.source().width() * channels;
  const bool transposed = image.transposed();
  const auto by_row = indices(transposed ? image.columns() : image.rows(), image.size().height);
  const auto by_column = indices(transposed ? image.rows() : image.columns(), image.size().width);
  const std::int64_t row_step = transposed ? channels : row_length;
  const std::int64_t column_step = transposed ? row_length : channels;
  T* target = to.data();
  for (const std::int64_t row : by_row) {
    for (const std::int64_t column : by_column) {
      if (row < 0 || column < 0) {
        target = std::fill_n(target, channels, fill);
      } else {
        target = std::copy_n(from.data() + row * row_step + column * column_step, channels, target);
      }
    }
  }
}

}  // namespace

PlacedImage::PlacedImage(Image source)
    : source_(std::move(source)),
      size_{source_.height(), source_.width()},
      rows_{.begin = 0, .end = source_.height()},
      columns_{.begin = 0, .end = source_.width()} {}

bool PlacedImage::is_whole_source() const noexcept {
  const auto whole = [](const PlacedAxis& axis, std::int64_t length, std::int64_t canvas_length) {
    return axis.sign == 1 && axis.offset == 0 && axis.begin == 0 && axis.end == length &&
           canvas_length == length;
  };
  return !transposed_ && whole(rows_, source_.height(), size_.height) &&
         whole(columns_, source_.width(), size_.width);
}

bool PlacedImage::shows_fill() const noexcept {
  const std::int64_t visible = (rows_.end - rows_.begin) * (columns_.end - columns_.begin);
  return visible != size_.height * size_.width;
}

void PlacedImage::pad(const Padding& padding, double fill) {
  // One fill is kept; a second one needs the first canvas.
  if (fill != fill_ && shows_fill()) *this = PlacedImage(materialize());
  fill_ = fill;
  shift(along_height(), -padding.top);
  shift(along_width(), -padding.left);
  size_.height += padding.top + padding.bottom;
  size_.width += padding.left + padding.right;
}

void PlacedImage::crop(const CropRectangle& rectangle) {
  if (rectangle.left < 0 || rectangle.top < 0 || rectangle.width < 1 || rectangle.height < 1 ||
      rectangle.left + rectangle.width > size_.width ||
      rectangle.top + rectangle.height > size_.height) {
    throw Error(ErrorKind::kInternal, "a crop must lie inside its image");
  }
  size_ = {rectangle.height, rectangle.width};
  shift(along_height(), rectangle.top);
  shift(along_width(), rectangle.left);
  narrow(along_height(), size_.height);
  narrow(along_width(), size_.width);
}

void PlacedImage::flip_horizontal() { mirror(along_width(), size_.width); }

void PlacedImage::flip_vertical() { mirror(along_height(), size_.height); }

void PlacedImage::rotate_90(int quarter_turns) {
  if (quarter_turns % 2 != 0) {
    transposed_ = !transposed_;
    std::swap(size_.height, size_.width);
  }
  if (quarter_turns == 1 || quarter_turns == 2) flip_vertical();
  if (quarter_turns == 2 || quarter_turns == 3) flip_horizontal();
}

Image PlacedImage::materialize() const {
  if (is_whole_source()) return source_;
  Image canvas(size_.height, size_.width, source_.channels(), source_.type());
  if (source_.type() == PixelType::kU8) {
    const auto fill = static_cast<std::uint8_t>(std::clamp(std::nearbyint(fill_), 0.0, 255.0));
    copy_pixels<std::uint8_t>(source_.u8(), canvas.mutable_u8(), *this, fill);
  } else {
    copy_pixels<float>(source_.f32(), canvas.mutable_f32(), *this, static_cast<float>(fill_));
  }
  return canvas;
}

}  // namespace saker

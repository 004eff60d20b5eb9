// A picture at a place on a canvas, without the canvas.
//
// Zoom-out, crops, flips and quarter turns only move whole pixels. They are kept as numbers here
// and the pixels stay where they are, so that a canvas of sixteen times the picture costs nothing;
// sample_bilinear() reads the result at its final size.
//
//   PlacedImage image(decoded);
//   image.pad({.top = 10, .bottom = 30, .left = 0, .right = 50}, 0);
//   image.flip_horizontal();
//   Image canvas = image.materialize();
#pragma once

#include <cstdint>

#include "saker/image.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Pixels added on each side, all >= 0.
struct Padding {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;

  friend bool operator==(const Padding&, const Padding&) = default;
};

// Pixels: rows top .. top + height - 1, columns left .. left + width - 1.
struct CropRectangle {
  std::int64_t left = 0, top = 0, width = 0, height = 0;

  friend bool operator==(const CropRectangle&, const CropRectangle&) = default;
};

// Where a source axis (its rows or its columns) lies along the canvas axis that runs over it.
struct PlacedAxis {
  std::int64_t sign = 1, offset = 0;  // source index = sign * canvas index + offset
  std::int64_t begin = 0, end = 0;    // source indices that are visible: begin .. end - 1

  // The source index, or -1 where the canvas shows the fill.
  std::int64_t at(std::int64_t canvas_index) const noexcept {
    const std::int64_t index = sign * canvas_index + offset;
    return index >= begin && index < end ? index : -1;
  }
};

class PlacedImage {
 public:
  // The whole picture, as it is.
  explicit PlacedImage(Image source);

  ImageSize size() const noexcept { return size_; }  // of the canvas

  // Fill in the range of the pixels (0..255 or 0..1), for all channels; rounded for uint8.
  void pad(const Padding& padding, double fill);
  // Requires a rectangle inside the canvas, not empty.
  void crop(const CropRectangle& rectangle);
  void flip_horizontal();
  void flip_vertical();
  // Counter-clockwise by quarter_turns * 90 degrees, 0..3.
  void rotate_90(int quarter_turns);

  // The canvas with its pixels.
  Image materialize() const;

  // How the canvas reads the source: rows() and columns() run along the canvas' rows and columns,
  // or, when transposed, along its columns and rows.
  const Image& source() const noexcept { return source_; }
  const PlacedAxis& rows() const noexcept { return rows_; }
  const PlacedAxis& columns() const noexcept { return columns_; }
  bool transposed() const noexcept { return transposed_; }
  double fill() const noexcept { return fill_; }

 private:
  PlacedAxis& along_height() { return transposed_ ? columns_ : rows_; }
  PlacedAxis& along_width() { return transposed_ ? rows_ : columns_; }
  bool is_whole_source() const noexcept;
  bool shows_fill() const noexcept;

  Image source_;
  ImageSize size_;
  PlacedAxis rows_, columns_;
  bool transposed_ = false;
  double fill_ = 0;
};

}  // namespace saker

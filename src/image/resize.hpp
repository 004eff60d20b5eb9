// Resizing. The two rules differ on purpose: training and validation resize plainly, prediction
// with antialiasing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "saker/image.hpp"

namespace saker {

// Plain bilinear interpolation with half-pixel centres, also when shrinking (OpenCV's
// INTER_LINEAR). Aspect ratio is not kept. Returns the image itself when the size is the same.
// Throws Error (data) unless height and width are positive.
Image resize_bilinear(const Image& image, std::int64_t height, std::int64_t width);

// Bilinear interpolation whose triangle filter widens with the scale when shrinking, so that
// nothing aliases; when enlarging it equals resize_bilinear up to rounding. For an axis of n_in to
// n_out pixels: s = n_in / n_out, centre c = (d + 0.5) s, weights max(0, 1 - |j + 0.5 - c| / max(1,
// s)) normalised to sum 1. kU8 is rounded once, at the end. Returns the image itself when the size
// is the same. Throws Error (data) unless height and width are positive.
Image resize_antialias(const Image& image, std::int64_t height, std::int64_t width);

// The same with the longer side given; the aspect ratio is kept, to the nearest pixel.
Image resize_longer_side(const Image& image, std::int64_t side);

// resize_antialias for the input of a network: channel c of the result is resized * scale[c] +
// offset[c], as float32 planes [C, height, width] in `chw`. The values are those that the image
// holds, so for kU8 a scale of 1 / (255 std[c]) and an offset of -mean[c] / std[c] normalise. The
// weights sum to 1, so normalising before and after resizing agree up to rounding. Throws Error
// (internal) unless scale, offset and `chw` fit the image's channels.
void resize_antialias_planar(const Image& image,
                             std::int64_t height,
                             std::int64_t width,
                             std::span<const float> scale,
                             std::span<const float> offset,
                             std::span<float> chw);

// The same for an image of which only some rows are held at a time.
class PlanarResizer {
 public:
  // image_height and image_width: of the whole image. scale and offset: one value a channel.
  // `chw` is filled until is_complete() and must live as long.
  PlanarResizer(std::int64_t image_height,
                std::int64_t image_width,
                std::int64_t height,
                std::int64_t width,
                std::span<const float> scale,
                std::span<const float> offset,
                std::span<float> chw);
  PlanarResizer(PlanarResizer&&) noexcept;
  ~PlanarResizer();

  // Writes what the first `count` rows of `rows` allow, which are the image's from `first` on.
  void add(const Image& rows, std::int64_t first, std::int64_t count);
  // The first row of the image that is still needed; past its end when complete.
  std::int64_t needed_row() const noexcept;
  // The most rows that must be held at once.
  std::int64_t rows_at_once() const noexcept;
  bool is_complete() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace saker

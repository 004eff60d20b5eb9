#include "transforms/mosaic.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "image/resize.hpp"
#include "transforms/shortest_side.hpp"

namespace saker {
namespace {

// Coordinates on the canvas in 32.32 fixed point: exact steps, and comparisons without rounding.
constexpr double kFixedOne = 4294967296.0;
constexpr int kFixedBits = 32;

std::int64_t to_fixed(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value * kFixedOne));
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {  // b > 0
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

// Whole pixels of an output row, half-open.
struct Run {
  std::int64_t begin = 0, end = 0;
};

// A coordinate along an output row: start + x * step, fixed point.
struct Line {
  std::int64_t start = 0, step = 0;
};

// The part of `run` whose coordinate lies in low .. high - 1, whole pixels.
Run where_inside(Run run, const Line& line, std::int64_t low, std::int64_t high) {
  const std::int64_t from = (low << kFixedBits) - line.start;  // from <= x * step < to
  const std::int64_t to = (high << kFixedBits) - line.start;
  if (line.step == 0) return from <= 0 && 0 < to ? run : Run{};
  const std::int64_t begin =
      line.step > 0 ? ceil_div(from, line.step) : floor_div(-to, -line.step) + 1;
  const std::int64_t end =
      line.step > 0 ? ceil_div(to, line.step) : floor_div(-from, -line.step) + 1;
  return {std::max(run.begin, begin), std::min(run.end, end)};
}

// The inverse map of an affine, for pixel centres.
class InverseMap {
 public:
  InverseMap(const MosaicAffine& affine, ImageSize canvas) {
    const double angle = affine.angle_deg * std::numbers::pi / 180;
    cosine_ = std::cos(angle) / affine.scale;
    sine_ = std::sin(angle) / affine.scale;
    center_x_ = static_cast<double>(canvas.width) / 2;
    center_y_ = static_cast<double>(canvas.height) / 2;
    moved_x_ = center_x_ + static_cast<double>(affine.translate_x);
    moved_y_ = center_y_ + static_cast<double>(affine.translate_y);
  }

  Line x_along_row(std::int64_t row) const {
    const double start =
        center_x_ + cosine_ * (0.5 - moved_x_) + sine_ * (center_of(row) - moved_y_);
    return {to_fixed(start), to_fixed(cosine_)};
  }
  Line y_along_row(std::int64_t row) const {
    const double start =
        center_y_ - sine_ * (0.5 - moved_x_) + cosine_ * (center_of(row) - moved_y_);
    return {to_fixed(start), to_fixed(-sine_)};
  }

 private:
  static double center_of(std::int64_t row) { return static_cast<double>(row) + 0.5; }

  double cosine_ = 1, sine_ = 0;
  double center_x_ = 0, center_y_ = 0, moved_x_ = 0, moved_y_ = 0;
};

// A tile and its place on the canvas.
template <typename T>
struct PlacedTile {
  std::span<const T> pixels;
  ImageSize size;
  std::int64_t left = 0, top = 0;
};

template <int kChannels, typename T>
void copy_run(const PlacedTile<T>& tile, Line x, Line y, Run run, T* row) {
  x.start += run.begin * x.step - (tile.left << kFixedBits);
  y.start += run.begin * y.step - (tile.top << kFixedBits);
  T* to = row + run.begin * kChannels;
  for (std::int64_t i = run.begin; i < run.end; ++i, x.start += x.step, y.start += y.step) {
    const T* from =
        tile.pixels.data() +
        ((y.start >> kFixedBits) * tile.size.width + (x.start >> kFixedBits)) * kChannels;
    for (int c = 0; c < kChannels; ++c) *to++ = from[c];
  }
}

template <typename T>
void render(const std::array<PlacedTile<T>, 4>& tiles,
            const InverseMap& map,
            ImageSize canvas,
            T fill,
            std::span<T> target) {
  constexpr int kChannels = 3;
  const std::int64_t row_values = canvas.width * kChannels;
  for (std::int64_t row = 0; row < canvas.height; ++row) {
    T* to = target.data() + row * row_values;
    const Line x = map.x_along_row(row);
    const Line y = map.y_along_row(row);
    const Run whole = {0, canvas.width};
    if (fill != T{}) {
      const Run inside = where_inside(where_inside(whole, x, 0, canvas.width), y, 0, canvas.height);
      std::fill_n(to, row_values, fill);
      if (inside.begin < inside.end)
        std::fill(to + inside.begin * kChannels, to + inside.end * kChannels, T{});
    }
    for (const PlacedTile<T>& tile : tiles) {
      const Run columns = where_inside(whole, x, tile.left, tile.left + tile.size.width);
      const Run run = where_inside(columns, y, tile.top, tile.top + tile.size.height);
      if (run.begin < run.end) copy_run<kChannels>(tile, x, y, run, to);
    }
  }
}

ImageSize size_of(const Image& image) { return {image.height(), image.width()}; }

// In [0, 1].
Image as_floats(const Image& image) {
  if (image.type() == PixelType::kF32) return image;
  Image result(image.height(), image.width(), image.channels(), PixelType::kF32);
  std::ranges::transform(image.u8(), result.mutable_f32().begin(), [](std::uint8_t value) {
    return static_cast<float>(value) / 255.0F;
  });
  return result;
}

// The top left corner of the quarter of a tile.
struct Corner {
  std::int64_t left = 0, top = 0;
};
Corner quarter(std::size_t tile, ImageSize canvas) {
  return {tile % 2 == 0 ? 0 : canvas.width / 2, tile < 2 ? 0 : canvas.height / 2};
}

template <typename T>
std::array<PlacedTile<T>, 4> place(const std::array<Image, 4>& images, ImageSize canvas) {
  std::array<PlacedTile<T>, 4> placed;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Corner corner = quarter(i, canvas);
    placed[i].size = size_of(images[i]);
    placed[i].left = corner.left;
    placed[i].top = corner.top;
    if constexpr (sizeof(T) == 1) {
      placed[i].pixels = images[i].u8();
    } else {
      placed[i].pixels = images[i].f32();
    }
  }
  return placed;
}

// The upright box around a moved one, clipped to the canvas; pixels.
class BoxMover {
 public:
  BoxMover(const MosaicAffine& affine, ImageSize canvas)
      : width_(static_cast<double>(canvas.width)), height_(static_cast<double>(canvas.height)) {
    const double angle = affine.angle_deg * std::numbers::pi / 180;
    cosine_ = std::cos(angle) * affine.scale;
    sine_ = std::sin(angle) * affine.scale;
    moved_x_ = width_ / 2 + static_cast<double>(affine.translate_x);
    moved_y_ = height_ / 2 + static_cast<double>(affine.translate_y);
  }

  // Relative to the canvas.
  NormalizedBox move(double x1, double y1, double x2, double y2) const {
    double left = 1e30, top = 1e30, right = -1e30, bottom = -1e30;
    for (const double x : {x1 - width_ / 2, x2 - width_ / 2}) {
      for (const double y : {y1 - height_ / 2, y2 - height_ / 2}) {
        const double moved_x = moved_x_ + cosine_ * x - sine_ * y;
        const double moved_y = moved_y_ + sine_ * x + cosine_ * y;
        left = std::min(left, moved_x);
        right = std::max(right, moved_x);
        top = std::min(top, moved_y);
        bottom = std::max(bottom, moved_y);
      }
    }
    left = std::clamp(left, 0.0, width_) / width_;
    right = std::clamp(right, 0.0, width_) / width_;
    top = std::clamp(top, 0.0, height_) / height_;
    bottom = std::clamp(bottom, 0.0, height_) / height_;
    return {(left + right) / 2, (top + bottom) / 2, right - left, bottom - top};
  }

 private:
  double width_, height_;
  double cosine_ = 1, sine_ = 0, moved_x_ = 0, moved_y_ = 0;
};

}  // namespace

MosaicTile make_mosaic_tile(const MosaicSettings& settings, const SampleInput& input) {
  constexpr std::int64_t kLongestSide = 32768;  // of tiles of extreme images
  const std::int64_t longest = std::min(settings.max_size.value_or(kLongestSide), kLongestSide);
  const ImageSize original = size_of(input.image);
  const ImageSize size = shortest_side_size(original, settings.output_size, longest);
  return {resize_antialias(input.image, size.height, size.width),
          input.annotations,
          input.path,
          original};
}

MosaicAffine draw_mosaic_affine(const MosaicSettings& settings,
                                ImageSize canvas,
                                RandomStream& draws) {
  const auto shift = [&draws](double range, std::int64_t side) {
    const double largest = range * static_cast<double>(side);
    return static_cast<std::int64_t>(std::nearbyint(draws.uniform(-largest, largest)));
  };
  MosaicAffine affine;
  affine.angle_deg = draws.uniform(-settings.rotation_range, settings.rotation_range);
  affine.translate_x = shift(settings.translation_range[0], canvas.width);
  affine.translate_y = shift(settings.translation_range[1], canvas.height);
  affine.scale = draws.uniform(settings.scaling_range[0], settings.scaling_range[1]);
  return affine;
}

ImageSize mosaic_canvas(const MosaicTiles& tiles) {
  ImageSize cell;
  for (const auto& tile : tiles) {
    cell.height = std::max(cell.height, tile->image.height());
    cell.width = std::max(cell.width, tile->image.width());
  }
  return {2 * cell.height, 2 * cell.width};
}

Image render_mosaic(const MosaicTiles& tiles, const MosaicAffine& affine, std::int64_t fill_value) {
  const ImageSize canvas = mosaic_canvas(tiles);
  const InverseMap map(affine, canvas);
  const bool is_u8 = std::ranges::all_of(
      tiles, [](const auto& tile) { return tile->image.type() == PixelType::kU8; });
  std::array<Image, 4> images;
  for (std::size_t i = 0; i < tiles.size(); ++i)
    images[i] = is_u8 ? tiles[i]->image : as_floats(tiles[i]->image);
  Image mosaic(canvas.height, canvas.width, 3, is_u8 ? PixelType::kU8 : PixelType::kF32);
  if (is_u8) {
    render<std::uint8_t>(place<std::uint8_t>(images, canvas),
                         map,
                         canvas,
                         static_cast<std::uint8_t>(fill_value),
                         mosaic.mutable_u8());
  } else {
    render<float>(place<float>(images, canvas),
                  map,
                  canvas,
                  static_cast<float>(fill_value),
                  mosaic.mutable_f32());
  }
  return mosaic;
}

Annotations mosaic_annotations(const MosaicTiles& tiles, const MosaicAffine& affine) {
  const ImageSize canvas = mosaic_canvas(tiles);
  const BoxMover mover(affine, canvas);
  Annotations moved;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const MosaicTile& tile = *tiles[i];
    const Corner corner = quarter(i, canvas);
    const auto left = static_cast<double>(corner.left);
    const auto top = static_cast<double>(corner.top);
    const auto width = static_cast<double>(tile.image.width());
    const auto height = static_cast<double>(tile.image.height());
    for (const NormalizedBox& box : tile.annotations.boxes) {
      moved.boxes.push_back(mover.move(left + (box.center_x - box.width / 2) * width,
                                       top + (box.center_y - box.height / 2) * height,
                                       left + (box.center_x + box.width / 2) * width,
                                       top + (box.center_y + box.height / 2) * height));
    }
    moved.classes.insert(
        moved.classes.end(), tile.annotations.classes.begin(), tile.annotations.classes.end());
  }
  return moved;
}

}  // namespace saker

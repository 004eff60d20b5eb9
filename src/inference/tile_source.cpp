#include "inference/tile_source.hpp"

#include <algorithm>
#include <vector>

#include "image/pixel_rows.hpp"
#include "transforms/bilinear_rows.hpp"
#include "transforms/normalize.hpp"

namespace saker {
namespace {

ImageSize size_of(const ImageRows& image) {
  return {.height = image.height(), .width = image.width()};
}

std::optional<PlanarResizer> whole_image_resizer(const ImageRows& image,
                                                 const NetworkInput& input,
                                                 std::span<float> chw) {
  if (chw.empty()) return std::nullopt;
  const ChannelScaling scaling = channel_scaling(input.normalization, input.channels, image.type());
  return PlanarResizer(image.height(),
                       image.width(),
                       input.size.height,
                       input.size.width,
                       scaling.scale,
                       scaling.bias,
                       chw);
}

}  // namespace

TileSource::TileSource(ImageRows& image,
                       const NetworkInput& input,
                       const TileGrid& grid,
                       std::span<float> whole_image)
    : input_(input),
      image_(size_of(image)),
      grid_(grid),
      is_enlarged_(grid.size != image_),
      whole_image_(whole_image_resizer(image, input, whole_image)),
      // The resizer lags behind the rows that were read by less than it needs at once.
      window_(image,
              input.channels,
              grid.tile.height + 2 + (whole_image_ ? whole_image_->rows_at_once() : 0)) {}

void TileSource::read_row(std::size_t y_index) {
  y_start_ = grid_.y_starts[y_index];
  std::int64_t first = first_source_row(y_start_);
  if (whole_image_) first = std::min(first, whole_image_->needed_row());
  window_.move_to(first, end_of_source_rows(y_start_));
  if (whole_image_)
    whole_image_->add(window_.pixels(), window_.first(), window_.end() - window_.first());
}

void TileSource::write_tile(std::int64_t x_start, std::span<float> chw) const {
  const Image tile = is_enlarged_ ? enlarged_tile(x_start)
                                  : crop(window_.pixels(),
                                         y_start_ - window_.first(),
                                         x_start,
                                         grid_.tile.height,
                                         grid_.tile.width);
  write_network_input(tile, input_, chw);
}

std::int64_t TileSource::first_source_row(std::int64_t y_start) const {
  return is_enlarged_ ? linear_taps(image_.height, grid_.size.height, y_start, 1).front().first
                      : y_start;
}

std::int64_t TileSource::end_of_source_rows(std::int64_t y_start) const {
  const std::int64_t last = y_start + grid_.tile.height - 1;
  return is_enlarged_ ? linear_taps(image_.height, grid_.size.height, last, 1).front().second + 1
                      : last + 1;
}

// The whole enlarged image is never there: of a long strip it would be many times as large.
Image TileSource::enlarged_tile(std::int64_t x_start) const {
  const std::vector<LinearTap> rows =
      linear_taps(image_.height, grid_.size.height, y_start_, grid_.tile.height);
  const std::vector<LinearTap> columns =
      linear_taps(image_.width, grid_.size.width, x_start, grid_.tile.width);
  const std::int64_t channels = input_.channels;
  const std::int64_t stride = image_.width * channels;
  const std::int64_t first = columns.front().first * channels;
  const std::int64_t count = (columns.back().second + 1) * channels - first;
  std::vector<float> blended(static_cast<std::size_t>(count));
  Image tile(grid_.tile.height, grid_.tile.width, channels, PixelType::kF32);
  float* out = tile.mutable_f32().data();
  const auto fill = [&](const auto* pixels, float unit) {
    for (const LinearTap& row : rows) {
      blend_rows(pixels + (row.first - window_.first()) * stride + first,
                 pixels + (row.second - window_.first()) * stride + first,
                 row.weight,
                 count,
                 blended.data());
      for (const LinearTap& column : columns) {
        const float* left = blended.data() + column.first * channels - first;
        const float* right = blended.data() + column.second * channels - first;
        for (std::int64_t c = 0; c < channels; ++c)
          *out++ = unit * ((1.0F - column.weight) * left[c] + column.weight * right[c]);
      }
    }
  };
  window_.pixels().type() == PixelType::kU8 ? fill(window_.pixels().u8().data(), 1.0F / 255.0F)
                                            : fill(window_.pixels().f32().data(), 1.0F);
  return tile;
}

}  // namespace saker

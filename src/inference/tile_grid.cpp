#include "inference/tile_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "saker/error.hpp"

namespace saker {
namespace {

std::vector<std::int64_t> tile_starts(std::int64_t size, std::int64_t tile, double overlap) {
  const std::int64_t step = std::max<std::int64_t>(
      1, static_cast<std::int64_t>((1.0 - overlap) * static_cast<double>(tile)));
  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start <= size - tile; start += step) starts.push_back(start);
  if (starts.empty()) return {0};
  if (starts.back() != size - tile) starts.push_back(size - tile);
  return starts;
}

std::int64_t enlarged(std::int64_t pixels, double scale) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(pixels) * scale));
}

}  // namespace

TileGrid make_tile_grid(ImageSize image, ImageSize tile, double overlap) {
  if (!(overlap >= 0 && overlap < 1)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("overlap must be at least 0 and less than 1 but is {}", overlap));
  }
  if (tile.height <= 0 || tile.width <= 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("tile_size must be positive but is {} x {}", tile.height, tile.width));
  }
  TileGrid grid{.tile = tile, .size = image, .x_starts = {}, .y_starts = {}};
  if (image.height < tile.height || image.width < tile.width) {
    const double scale =
        std::max(static_cast<double>(tile.height) / static_cast<double>(image.height),
                 static_cast<double>(tile.width) / static_cast<double>(image.width));
    grid.size = {.height = enlarged(image.height, scale), .width = enlarged(image.width, scale)};
  }
  grid.x_starts = tile_starts(grid.size.width, tile.width, overlap);
  grid.y_starts = tile_starts(grid.size.height, tile.height, overlap);
  return grid;
}

}  // namespace saker

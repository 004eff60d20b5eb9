// Where the tiles of an image lie.
#pragma once

#include <cstdint>
#include <vector>

#include "transforms/batch.hpp"

namespace saker {

struct TileGrid {
  ImageSize tile;
  // Of the image that is cut: the image's own size, or enlarged so that a tile fits into it.
  ImageSize size;
  // Upper left corners in it: every x for each y, row by row.
  std::vector<std::int64_t> x_starts, y_starts;

  std::int64_t tile_count() const {
    return static_cast<std::int64_t>(x_starts.size() * y_starts.size());
  }
};

// Tiles follow each other by trunc((1 - overlap) tile), at least 1; the last of a row or column is
// shifted inwards, so that none leaves the image. An image that is lower or narrower than a tile is
// enlarged by s = max(tile height / height, tile width / width) to ceil(height s) x ceil(width s),
// in double, where a product that is rounded up gives one pixel more.
// Throws Error (usage) for an overlap outside of [0, 1) and a tile without pixels.
TileGrid make_tile_grid(ImageSize image, ImageSize tile, double overlap);

}  // namespace saker

// The tiles of an image and its view as a whole, made while its rows are read once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "image/image_rows.hpp"
#include "image/resize.hpp"
#include "inference/network_input.hpp"
#include "inference/row_window.hpp"
#include "inference/tile_grid.hpp"

namespace saker {

class TileSource {
 public:
  // image and input: must outlive it. whole_image: where the network's view of the whole image
  // goes, which is there after the last row of tiles; empty: it is not wanted.
  TileSource(ImageRows& image,
             const NetworkInput& input,
             const TileGrid& grid,
             std::span<float> whole_image);

  // Reads what the tiles with this index of grid.y_starts need; indices come in order.
  void read_row(std::size_t y_index);
  // Writes the network's input of the row's tile at this x.
  void write_tile(std::int64_t x_start, std::span<float> chw) const;

 private:
  // The image's rows that tiles from y on need.
  std::int64_t first_source_row(std::int64_t y_start) const;
  std::int64_t end_of_source_rows(std::int64_t y_start) const;
  Image enlarged_tile(std::int64_t x_start) const;

  const NetworkInput& input_;
  ImageSize image_;
  TileGrid grid_;
  bool is_enlarged_;
  std::optional<PlanarResizer> whole_image_;
  RowWindow window_;
  std::int64_t y_start_ = 0;
};

}  // namespace saker

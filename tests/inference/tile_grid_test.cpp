#include "inference/tile_grid.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "golden.hpp"

namespace saker {
namespace {

ImageSize size_of(const nlohmann::ordered_json& pair) { return {pair[0], pair[1]}; }

TEST(TileGrid, EqualsTheGolden) {
  SAKER_GOLDEN(path, "sahi/tiles.json");
  const auto golden = test::read_json(path);
  for (const auto& entry : golden.at("cases")) {
    SCOPED_TRACE(entry.dump());
    const TileGrid grid =
        make_tile_grid(size_of(entry["in"]), size_of(entry["tile"]), entry["overlap"]);
    EXPECT_EQ(grid.size, size_of(entry["tiled_image_size"]));
    EXPECT_EQ(grid.tile_count(), entry["num_tiles"].get<std::int64_t>());
    EXPECT_EQ(grid.x_starts, entry["x_starts"].get<std::vector<std::int64_t>>());
    EXPECT_EQ(grid.y_starts, entry["y_starts"].get<std::vector<std::int64_t>>());
  }
  for (const auto& entry : golden.at("errors"))
    EXPECT_THROW(make_tile_grid({16, 16}, size_of(entry["tile"]), entry["overlap"]), Error);
}

TEST(TileGrid, EveryPixelLiesInATile) {
  for (const std::int64_t size : {32, 33, 63, 64, 65, 100, 997}) {
    for (const double overlap : {0.0, 0.2, 0.5, 0.99}) {
      const TileGrid grid = make_tile_grid({size, size}, {32, 32}, overlap);
      std::int64_t covered = 0;
      for (const std::int64_t start : grid.x_starts) {
        EXPECT_LE(start, covered);
        covered = start + 32;
      }
      EXPECT_EQ(covered, size);
    }
  }
}

TEST(TileGrid, ErrorsNameTheArgument) {
  const std::string overlap = test::message_of(ErrorKind::kUsage, [] {
    make_tile_grid({16, 16}, {8, 8}, 1.0);
  });
  EXPECT_TRUE(test::contains(overlap, "overlap")) << overlap;
  const std::string tile = test::message_of(ErrorKind::kUsage, [] {
    make_tile_grid({16, 16}, {8, -1}, 0.2);
  });
  EXPECT_TRUE(test::contains(tile, "tile_size")) << tile;
}

}  // namespace
}  // namespace saker

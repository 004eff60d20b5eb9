#include "inference/tile_source.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "fill.hpp"
#include "golden.hpp"
#include "image/resize.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Image noise_image(const std::string& name, std::int64_t height, std::int64_t width) {
  const std::vector<std::uint8_t> chw = test::noise_u8(name, 3 * height * width);
  Image image(height, width, 3, PixelType::kU8);
  const auto plane = static_cast<std::size_t>(height * width);
  for (std::size_t i = 0; i < 3 * plane; ++i) image.mutable_u8()[i] = chw[i % 3 * plane + i / 3];
  return image;
}

Image as_floats(const Image& image) {
  Image floats(image.height(), image.width(), image.channels(), PixelType::kF32);
  for (std::size_t i = 0; i < image.value_count(); ++i)
    floats.mutable_f32()[i] = static_cast<float>(image.u8()[i]) / 255.0F;
  return floats;
}

struct Views {
  std::vector<float> whole_image;
  std::vector<std::vector<float>> tiles;
};

Views all_views(const Image& image, const NetworkInput& input, const TileGrid& grid) {
  const auto rows = rows_of(image);
  Views views{.whole_image = std::vector<float>(input.value_count()), .tiles = {}};
  TileSource source(*rows, input, grid, views.whole_image);
  for (std::size_t y = 0; y < grid.y_starts.size(); ++y) {
    source.read_row(y);
    for (const std::int64_t x : grid.x_starts)
      source.write_tile(x, views.tiles.emplace_back(input.value_count()));
  }
  EXPECT_EQ(rows->left(), 0);
  return views;
}

TEST(TileSource, EqualsTheGolden) {
  SAKER_GOLDEN(json, "sahi/sahi_batch.json");
  SAKER_GOLDEN(tensors, "sahi/sahi_batch.safetensors");
  const auto golden = test::read_safetensors(tensors);
  const auto golden_file = test::read_json(json);
  for (const auto& entry : golden_file) {
    const std::string index = std::to_string(entry["index"].get<int>());
    SCOPED_TRACE(index);
    const ImageSize size{entry["in"][0], entry["in"][1]};
    const ImageSize tile{entry["tile"][0], entry["tile"][1]};
    const NetworkInput input{.size = tile, .channels = 3, .normalization = Normalization()};
    const TileGrid grid = make_tile_grid(size, tile, entry["overlap"]);
    ASSERT_EQ(static_cast<std::size_t>(grid.tile_count()), entry["coords_xy"].size());
    const Image image = noise_image("sahi/" + index, size.height, size.width);
    const auto expected = golden.at("batch." + index).as<float>();
    for (const Image& pixels : {image, as_floats(image)}) {
      const Views views = all_views(pixels, input, grid);
      std::vector<float> found = views.whole_image;
      for (const auto& view : views.tiles) found.insert(found.end(), view.begin(), view.end());
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-5) << i;
    }
  }
}

// Read in rows, the view of the whole image is what predict gives the network.
TEST(TileSource, SeesTheWholeImageAsPredictDoes) {
  for (const ImageSize size : {ImageSize{300, 70}, ImageSize{70, 300}, ImageSize{33, 32}}) {
    const Image image = noise_image("whole", size.height, size.width);
    const NetworkInput input{.size = {32, 32}, .channels = 3, .normalization = Normalization()};
    std::vector<float> expected(input.value_count());
    write_network_input(image, input, expected);
    EXPECT_EQ(all_views(image, input, make_tile_grid(size, {32, 32}, 0.2)).whole_image, expected);
  }
}

TEST(TileSource, TilesOfAnotherSizeAreResized) {
  const Image image = noise_image("other", 96, 64);
  const NetworkInput input{.size = {32, 32}, .channels = 3, .normalization = {}};
  const Views views = all_views(image, input, make_tile_grid({96, 64}, {64, 64}, 0.5));
  ASSERT_EQ(views.tiles.size(), 2U);
  Image lower(64, 64, 3, PixelType::kU8);
  std::copy_n(image.u8().begin() + 32 * 64 * 3, 64 * 64 * 3, lower.mutable_u8().begin());
  std::vector<float> expected(input.value_count());
  write_network_input(lower, input, expected);
  EXPECT_EQ(views.tiles[1], expected);
}

TEST(TileSource, GrayIsReplicated) {
  Image gray(40, 40, 1, PixelType::kU8), rgb(40, 40, 3, PixelType::kU8);
  for (std::size_t i = 0; i < gray.value_count(); ++i) {
    gray.mutable_u8()[i] = static_cast<std::uint8_t>(7 * i);
    for (std::size_t c = 0; c < 3; ++c) rgb.mutable_u8()[3 * i + c] = gray.u8()[i];
  }
  const NetworkInput input{.size = {32, 32}, .channels = 3, .normalization = Normalization()};
  const TileGrid grid = make_tile_grid({40, 40}, {32, 32}, 0.2);
  const Views from_gray = all_views(gray, input, grid), from_rgb = all_views(rgb, input, grid);
  EXPECT_EQ(from_gray.tiles, from_rgb.tiles);
  EXPECT_EQ(from_gray.whole_image, from_rgb.whole_image);
  EXPECT_THROW(all_views(Image(40, 40, 4, PixelType::kU8), input, grid), Error);
}

}  // namespace
}  // namespace saker

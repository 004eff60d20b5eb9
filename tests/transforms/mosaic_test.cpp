#include "transforms/mosaic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "geometric_golden.hpp"
#include "quantiles.hpp"

namespace saker {
namespace {

MosaicTiles share(std::array<MosaicTile, 4> tiles) {
  MosaicTiles shared;
  for (std::size_t i = 0; i < tiles.size(); ++i)
    shared[i] = std::make_shared<const MosaicTile>(std::move(tiles[i]));
  return shared;
}

// A case of mosaic.json: the images of the sequence, each as input, and how the last is composed.
struct GoldenMosaic {
  std::array<SampleInput, 4> inputs;
  MosaicSettings settings;
  MosaicAffine affine;
  std::array<std::size_t, 4> order = {};  // of the inputs on the canvas
};

GoldenMosaic read_case(const nlohmann::ordered_json& json, const nlohmann::ordered_json& golden) {
  GoldenMosaic mosaic;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& input = json["inputs"][i];
    mosaic.inputs[i] = {test::noise_image(input["noise_name"], input["size"][0], input["size"][1]),
                        test::read_annotations(input["boxes"], input["labels"]),
                        std::to_string(i)};
  }
  mosaic.settings.output_size = golden["output_size"];
  if (!golden["max_size"].is_null()) mosaic.settings.max_size = golden["max_size"];
  mosaic.settings.fill_value = golden["fill"];
  mosaic.affine = {
      golden["angle"], golden["translate"][0], golden["translate"][1], golden["scale"]};
  mosaic.order = {golden["current"],
                  golden["cache_choice"][0],
                  golden["cache_choice"][1],
                  golden["cache_choice"][2]};
  return mosaic;
}

TEST(Mosaic, TilesEqualTheReferences) {
  SAKER_GOLDEN(json_path, "transforms/mosaic.json");
  SAKER_GOLDEN(path, "transforms/mosaic.safetensors");
  const auto json = test::read_json(json_path);
  const auto tensors = test::read_safetensors(path);
  for (const auto& golden : json["cases"]) {
    const GoldenMosaic mosaic = read_case(json, golden);
    for (std::size_t i = 0; i < 4; ++i) {
      const MosaicTile tile = make_mosaic_tile(mosaic.settings, mosaic.inputs[i]);
      const Image expected = test::stored_image(tensors.at(
          std::to_string(golden["index"].get<int>()) + ".u8.resized." + std::to_string(i)));
      ASSERT_EQ(tile.image.height(), expected.height());
      ASSERT_EQ(tile.image.width(), expected.width());
      EXPECT_LE(test::difference(tile.image.u8(), expected.u8()).largest, 1);
      EXPECT_EQ(tile.original_size.height, mosaic.inputs[i].image.height());
    }
  }
}

TEST(Mosaic, CanvasesAndBoxesEqualTheReferences) {
  SAKER_GOLDEN(json_path, "transforms/mosaic.json");
  SAKER_GOLDEN(path, "transforms/mosaic.safetensors");
  const auto json = test::read_json(json_path);
  const auto tensors = test::read_safetensors(path);
  EXPECT_EQ(json["cases"].size(), 4U);
  for (const auto& golden : json["cases"]) {
    SCOPED_TRACE(golden["index"].get<int>());
    const std::string name = std::to_string(golden["index"].get<int>());
    const GoldenMosaic mosaic = read_case(json, golden);
    for (const std::string type : {"u8", "f32"}) {
      std::array<MosaicTile, 4> tiles;
      for (std::size_t i = 0; i < 4; ++i) {
        SampleInput input = mosaic.inputs[mosaic.order[i]];
        if (type == "f32") input.image = test::as_float(input.image);
        tiles[i] = make_mosaic_tile(mosaic.settings, input);
        // The reference's own resized images, so that nothing but the map is compared.
        if (type == "u8") {
          tiles[i].image = test::stored_image(
              tensors.at(name + ".u8.resized." + std::to_string(mosaic.order[i])));
        }
      }
      const MosaicTiles shared = share(std::move(tiles));
      const Image expected = test::stored_image(tensors.at(name + "." + type + ".out"));
      const Image canvas = render_mosaic(shared, mosaic.affine, mosaic.settings.fill_value);
      ASSERT_EQ(canvas.height(), golden["out_size"][0].get<std::int64_t>());
      ASSERT_EQ(canvas.width(), golden["out_size"][1].get<std::int64_t>());
      const auto apart = type == "u8" ? test::difference(canvas.u8(), expected.u8())
                                      : test::difference(canvas.f32(), expected.f32(), 1e-5);
      EXPECT_LE(apart.share_above, 0.005) << type;
      test::expect_annotations(mosaic_annotations(shared, mosaic.affine),
                               test::read_annotations(golden["boxes"], golden["labels"]),
                               1e-6);
    }
  }
}

TEST(Mosaic, BoxesThatLeftTheCanvasAreDroppedAsInTheReference) {
  SAKER_GOLDEN(path, "transforms/box_filter.json");
  int cases = 0;
  for (const auto& golden : test::read_json(path)) {
    if (golden["kind"] != "degenerate_after_mosaic") continue;
    ++cases;
    nlohmann::ordered_json labels = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < golden["boxes_in"].size(); ++i) labels.push_back(i);
    test::expect_annotations(
        leave_boxes(enter_boxes(test::read_annotations(golden["boxes_in"], labels), {640, 640})),
        test::read_annotations(golden["boxes_out"], golden["labels_out"]),
        1e-6);
  }
  EXPECT_EQ(cases, 1);
}

TEST(Mosaic, DrawsAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const auto golden = test::read_json(path)["mosaic_affine"];
  const ImageSize canvas = {golden["canvas"][0], golden["canvas"][1]};
  RandomStream draws({.seed = 0, .purpose = "mosaic"});
  std::vector<double> angles, xs, ys, scales;
  for (int i = 0; i < test::kDraws; ++i) {
    const MosaicAffine affine = draw_mosaic_affine({}, canvas, draws);
    angles.push_back(affine.angle_deg);
    xs.push_back(static_cast<double>(affine.translate_x));
    ys.push_back(static_cast<double>(affine.translate_y));
    scales.push_back(affine.scale);
  }
  test::expect_quantiles(angles, golden["angle"], "angle");
  test::expect_quantiles(xs, golden["tx"], "tx");
  test::expect_quantiles(ys, golden["ty"], "ty");
  test::expect_quantiles(scales, golden["scale"], "scale");
}

// The slow way: the canvas first, then the inverse map of every pixel.
Image composed(const MosaicTiles& tiles, const MosaicAffine& affine, std::uint8_t fill) {
  const auto [height, width] = mosaic_canvas(tiles);
  Image canvas(height, width, 3, PixelType::kU8);
  const auto at = [width = width](std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((y * width + x) * 3);
  };
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const Image& tile = tiles[i]->image;
    const std::int64_t top = i < 2 ? 0 : height / 2;
    const std::int64_t left = i % 2 == 0 ? 0 : width / 2;
    for (std::int64_t y = 0; y < tile.height(); ++y) {
      for (std::int64_t v = 0; v < tile.width() * 3; ++v) {
        canvas.mutable_u8()[at(top + y, left) + static_cast<std::size_t>(v)] =
            tile.u8()[static_cast<std::size_t>(y * tile.width() * 3 + v)];
      }
    }
  }
  Image moved(height, width, 3, PixelType::kU8);
  const double angle = affine.angle_deg * std::numbers::pi / 180;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = static_cast<double>(x) + 0.5 - static_cast<double>(width) / 2 -
                        static_cast<double>(affine.translate_x);
      const double dy = static_cast<double>(y) + 0.5 - static_cast<double>(height) / 2 -
                        static_cast<double>(affine.translate_y);
      const auto from_x = static_cast<std::int64_t>(
          std::floor(static_cast<double>(width) / 2 +
                     (std::cos(angle) * dx + std::sin(angle) * dy) / affine.scale));
      const auto from_y = static_cast<std::int64_t>(
          std::floor(static_cast<double>(height) / 2 +
                     (-std::sin(angle) * dx + std::cos(angle) * dy) / affine.scale));
      const bool inside = from_x >= 0 && from_x < width && from_y >= 0 && from_y < height;
      for (std::size_t c = 0; c < 3; ++c) {
        moved.mutable_u8()[at(y, x) + c] = inside ? canvas.u8()[at(from_y, from_x) + c] : fill;
      }
    }
  }
  return moved;
}

TEST(Mosaic, EqualsTheComposedCanvasForAnyMap) {
  RandomStream draws({.seed = 3, .purpose = "test"});
  for (int round = 0; round < 60; ++round) {
    std::array<MosaicTile, 4> tiles;
    for (MosaicTile& tile : tiles) {
      tile.image = test::noise_image(
          "mosaic/" + std::to_string(round), draws.uniform_int(1, 40), draws.uniform_int(1, 40));
    }
    const MosaicTiles shared = share(std::move(tiles));
    MosaicAffine affine = draw_mosaic_affine(
        {.rotation_range = 180, .translation_range = {0.5, 0.5}, .scaling_range = {0.1, 3}},
        mosaic_canvas(shared),
        draws);
    if (round % 4 == 0) affine.angle_deg = 90.0 * (round % 16 / 4);
    const std::uint8_t fill = round % 2 == 0 ? 0 : 114;
    const auto apart = test::difference(render_mosaic(shared, affine, fill).u8(),
                                        composed(shared, affine, fill).u8());
    // Points on the border of two pixels may go either way.
    EXPECT_LE(apart.share_above, round % 4 == 0 ? 0.05 : 0.001) << "round " << round;
  }
}

// Paints boxes white and finds them where the map put them.
TEST(Mosaic, BoxesFollowThePixels) {
  RandomStream draws({.seed = 4, .purpose = "test"});
  int compared = 0;
  for (int round = 0; round < 40; ++round) {
    std::array<MosaicTile, 4> tiles;
    for (MosaicTile& tile : tiles) tile.image = Image(40, 60, 3, PixelType::kU8);
    const std::size_t shown = static_cast<std::size_t>(round) % 4;
    for (std::int64_t y = 10; y < 30; ++y) {
      std::fill_n(tiles[shown].image.mutable_u8().begin() + (y * 60 + 15) * 3, 30 * 3, 255);
    }
    tiles[shown].annotations = {{{0.5, 0.5, 0.5, 0.5}}, {7}};
    const MosaicTiles shared = share(std::move(tiles));
    const MosaicAffine affine = draw_mosaic_affine({}, mosaic_canvas(shared), draws);
    const Image canvas = render_mosaic(shared, affine, 0);
    std::int64_t left = 1000, top = 1000, right = 0, bottom = 0;
    for (std::int64_t y = 0; y < canvas.height(); ++y) {
      for (std::int64_t x = 0; x < canvas.width(); ++x) {
        if (canvas.u8()[static_cast<std::size_t>((y * canvas.width() + x) * 3)] == 0) continue;
        left = std::min(left, x);
        right = std::max(right, x + 1);
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
    }
    const Annotations moved = mosaic_annotations(shared, affine);
    ASSERT_EQ(moved.classes, (std::vector<std::int64_t>{7}));
    const NormalizedBox& box = moved.boxes[0];
    const auto width = static_cast<double>(canvas.width());
    const auto height = static_cast<double>(canvas.height());
    const double x1 = (box.center_x - box.width / 2) * width;
    const double x2 = (box.center_x + box.width / 2) * width;
    const double y1 = (box.center_y - box.height / 2) * height;
    const double y2 = (box.center_y + box.height / 2) * height;
    // The corner that a side of the box touches may lie outside.
    if (x1 < 0.1 || y1 < 0.1 || x2 > width - 0.1 || y2 > height - 0.1) continue;
    ++compared;
    EXPECT_NEAR(x1, static_cast<double>(left), 1.5);
    EXPECT_NEAR(x2, static_cast<double>(right), 1.5);
    EXPECT_NEAR(y1, static_cast<double>(top), 1.5);
    EXPECT_NEAR(y2, static_cast<double>(bottom), 1.5);
  }
  EXPECT_GT(compared, 5);
}

TEST(Mosaic, OneFloatTileMakesAllFloat) {
  std::array<MosaicTile, 4> tiles;
  for (MosaicTile& tile : tiles) tile.image = test::noise_image("mosaic/float", 8, 8);
  tiles[2].image = test::as_float(tiles[2].image);
  const MosaicTiles shared = share(std::move(tiles));
  const Image canvas = render_mosaic(shared, {}, 0);
  ASSERT_EQ(canvas.type(), PixelType::kF32);
  EXPECT_FLOAT_EQ(canvas.f32()[0], canvas.f32()[8 * 3]);
  EXPECT_FLOAT_EQ(canvas.f32()[0], canvas.f32()[16 * 8 * 3]);
  EXPECT_LE(*std::ranges::max_element(canvas.f32()), 1);
}

TEST(Mosaic, ExtremeImagesStaySmall) {
  const MosaicTile tile =
      make_mosaic_tile({}, {Image(1, 20000, 3, PixelType::kU8), {}, "line.png"});
  EXPECT_EQ(tile.image.width(), 32768);
  EXPECT_EQ(tile.image.height(), 1);
}

}  // namespace
}  // namespace saker

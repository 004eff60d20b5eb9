#include "transforms/bilinear_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random_stream.hpp"
#include "test_image.hpp"

namespace saker {
namespace {

struct Tap {
  std::int64_t first = 0, second = 0;
  double weight = 0;
};

Tap tap_of(std::int64_t index, std::int64_t count_in, std::int64_t count_out) {
  const double position = (static_cast<double>(index) + 0.5) * static_cast<double>(count_in) /
                              static_cast<double>(count_out) -
                          0.5;
  const auto floor = static_cast<std::int64_t>(std::floor(position));
  if (floor < 0) return {};
  if (floor >= count_in - 1) return {count_in - 1, count_in - 1, 0};
  return {floor, floor + 1, position - static_cast<double>(floor)};
}

// The slow way: canvas, normalization, resize of the values.
std::vector<float> materialized(const PlacedImage& placed,
                                const std::optional<Normalization>& normalization,
                                ImageSize size) {
  const Image canvas = placed.materialize();
  std::vector<float> planes(canvas.value_count());
  normalize_to_chw(canvas, normalization, planes);
  std::vector<float> result;
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto at = [&](std::int64_t y, std::int64_t x) {
      return static_cast<double>(
          planes[static_cast<std::size_t>((c * canvas.height() + y) * canvas.width() + x)]);
    };
    for (std::int64_t y = 0; y < size.height; ++y) {
      const Tap row = tap_of(y, canvas.height(), size.height);
      for (std::int64_t x = 0; x < size.width; ++x) {
        const Tap column = tap_of(x, canvas.width(), size.width);
        const auto blend = [&](std::int64_t from) {
          return (1 - column.weight) * at(from, column.first) +
                 column.weight * at(from, column.second);
        };
        result.push_back(static_cast<float>((1 - row.weight) * blend(row.first) +
                                            row.weight * blend(row.second)));
      }
    }
  }
  return result;
}

std::vector<float> sampled(const PlacedImage& placed,
                           const std::optional<Normalization>& normalization,
                           ImageSize size) {
  std::vector<float> result(static_cast<std::size_t>(3 * size.height * size.width));
  sample_bilinear(placed, channel_scaling(normalization, 3, placed.source().type()), size, result);
  return result;
}

TEST(BilinearSampler, EqualsTheMaterializedPathForAnyPlacement) {
  RandomStream draws({.seed = 2, .purpose = "test"});
  for (int round = 0; round < 200; ++round) {
    const Image u8 =
        test::noise_image("sampler", draws.uniform_int(1, 60), draws.uniform_int(1, 60));
    PlacedImage placed(round % 4 == 3 ? test::as_float(u8) : u8);
    if (draws.uniform() < 0.5) {
      const auto margin = [&] { return draws.uniform_int(0, 90); };
      placed.pad({.top = margin(), .bottom = margin(), .left = margin(), .right = margin()},
                 round % 4 == 3 ? 0.5 : 114);
    }
    if (draws.uniform() < 0.5) {
      const auto [height, width] = placed.size();
      const CropRectangle crop = {draws.uniform_int(0, width / 2),
                                  draws.uniform_int(0, height / 2),
                                  (width + 1) / 2,
                                  (height + 1) / 2};
      placed.crop(crop);
    }
    if (draws.uniform() < 0.5) placed.flip_horizontal();
    if (draws.uniform() < 0.5) placed.flip_vertical();
    placed.rotate_90(static_cast<int>(draws.uniform_int(0, 3)));
    const ImageSize size = {draws.uniform_int(1, 80), draws.uniform_int(1, 80)};
    const auto apart = test::difference(sampled(placed, Normalization{}, size),
                                        materialized(placed, Normalization{}, size));
    ASSERT_LE(apart.largest, 1e-5) << "round " << round;
  }
}

TEST(BilinearSampler, EqualsTheReferencesResize) {
  SAKER_GOLDEN(json_path, "transforms/resize_linear.json");
  SAKER_GOLDEN(path, "transforms/resize_linear.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto json = test::read_json(json_path);
  for (const auto& resize : json["cases"]) {
    const std::int64_t height = resize["in"][0];
    const std::int64_t width = resize["in"][1];
    const ImageSize size = {resize["out"][0], resize["out"][1]};
    for (const std::string kind : {"noise", "ramp"}) {
      const Image image = kind == "noise"
                              ? test::noise_image(resize["input_noise_name"], height, width)
                              : test::ramp_image(height, width);
      const std::string name = kind + "." + std::to_string(resize["index"].get<int>()) + ".f32";
      const Image expected = test::stored_image(golden.at(name));
      std::vector<float> planes(expected.value_count());
      normalize_to_chw(expected, std::nullopt, planes);
      EXPECT_LE(test::difference(sampled(PlacedImage(image), std::nullopt, size), planes).largest,
                1e-5)
          << name;
      EXPECT_LE(
          test::difference(sampled(PlacedImage(test::as_float(image)), std::nullopt, size), planes)
              .largest,
          1e-5)
          << name;
    }
  }
}

TEST(BilinearSampler, EqualsTheReferencesCollateForPicodet) {
  SAKER_GOLDEN(path, "picodet/transforms.safetensors");
  const Image expected = test::stored_image(test::read_safetensors(path).at("collate.resize_32"));
  std::vector<float> planes(expected.value_count());
  normalize_to_chw(expected, std::nullopt, planes);
  const PlacedImage placed(test::noise_image("picodet.photo.image", 20, 24));
  EXPECT_LE(test::difference(sampled(placed, Normalization{}, {32, 32}), planes).largest, 1e-5);
}

TEST(BilinearSampler, AnInvisiblePictureIsFill) {
  PlacedImage placed(test::noise_image("sampler", 4, 4));
  placed.pad({.right = 10}, 255);
  placed.crop({.left = 6, .top = 0, .width = 5, .height = 4});
  for (const float value : sampled(placed, std::nullopt, {7, 3})) EXPECT_NEAR(value, 1, 1e-6);
}

}  // namespace
}  // namespace saker

#include "transforms/color.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "saker/error.hpp"
#include "test_image.hpp"
#include "transforms/photometric_distort.hpp"

namespace saker {
namespace {

struct Tolerance {
  double u8, f32;
};

const std::map<std::string, Tolerance> kTolerances = {{"brightness", {0, 2e-6}},
                                                      {"contrast", {1, 2e-6}},
                                                      {"saturation", {1, 2e-6}},
                                                      {"hue", {2, 2e-5}},
                                                      {"jitter", {6, 2e-5}},
                                                      {"channel_shuffle", {0, 2e-6}}};

void apply(const nlohmann::ordered_json& golden, Image& image) {
  const std::string op = golden["op"];
  if (op == "jitter") {
    ColorJitter jitter{
        golden["brightness"], golden["contrast"], golden["saturation"], golden["hue"]};
    jitter.order = golden["order"].get<std::array<std::int64_t, 4>>();
    apply_color_jitter(jitter, image);
  } else if (op == "channel_shuffle") {
    shuffle_channels(image, golden["perm"].get<std::array<std::int64_t, 3>>());
  } else {
    const std::map<std::string, void (*)(Image&, double)> operations = {
        {"brightness", adjust_brightness},
        {"contrast", adjust_contrast},
        {"saturation", adjust_saturation},
        {"hue", adjust_hue}};
    operations.at(op)(image, golden["factor"]);
  }
}

TEST(Color, EqualsTheReference) {
  SAKER_GOLDEN(json_path, "transforms/color.json");
  SAKER_GOLDEN(path, "transforms/color.safetensors");
  const auto golden = test::read_safetensors(path);
  const Image input = test::stored_image(golden.at("input.u8"));
  const auto json = test::read_json(json_path);
  for (const auto& operation : json["ops"]) {
    const std::string index = std::to_string(operation["index"].get<int>());
    const std::string name = operation["op"].get<std::string>() + " " + index;
    const Tolerance tolerance = kTolerances.at(operation["op"]);
    Image u8 = input;
    apply(operation, u8);
    EXPECT_LE(test::difference(u8.u8(), golden.at(index + ".u8").as<std::uint8_t>()).largest,
              tolerance.u8)
        << name;
    Image f32 = test::as_float(input);
    apply(operation, f32);
    EXPECT_LE(test::difference(f32.f32(), golden.at(index + ".f32").as<float>()).largest,
              tolerance.f32)
        << name;
  }
}

TEST(Color, MeanLumaEqualsTheReference) {
  SAKER_GOLDEN(json_path, "transforms/color.json");
  SAKER_GOLDEN(path, "transforms/color.safetensors");
  const auto json = test::read_json(json_path);
  const Image input = test::stored_image(test::read_safetensors(path).at("input.u8"));
  EXPECT_NEAR(mean_luma(input), json["gray_mean_u8"].get<double>(), 1e-9);
  EXPECT_NEAR(mean_luma(test::as_float(input)), json["gray_mean_f32"].get<double>(), 2e-6);
}

TEST(Color, EqualsTheReferenceForPicodet) {
  SAKER_GOLDEN(path, "picodet/transforms.safetensors");
  const Image input = test::noise_image("picodet.photo.image", 20, 24);
  const std::map<std::string, std::function<void(Image&)>> cases = {
      {"brightness_0.9", [](Image& i) { adjust_brightness(i, 0.9); }},
      {"brightness_1.12", [](Image& i) { adjust_brightness(i, 1.12); }},
      {"contrast_0.6", [](Image& i) { adjust_contrast(i, 0.6); }},
      {"contrast_1.4", [](Image& i) { adjust_contrast(i, 1.4); }},
      {"saturation_0.55", [](Image& i) { adjust_saturation(i, 0.55); }},
      {"saturation_1.45", [](Image& i) { adjust_saturation(i, 1.45); }},
      {"hue_-0.04", [](Image& i) { adjust_hue(i, -0.04); }},
      {"hue_0.05", [](Image& i) { adjust_hue(i, 0.05); }}};
  const auto golden = test::read_safetensors(path);
  for (const auto& [name, adjust] : cases) {
    Image image = input;
    adjust(image);
    EXPECT_LE(test::difference(image.u8(), golden.at("photo." + name).as<std::uint8_t>()).largest,
              1)
        << name;
  }
}

TEST(Color, LeavesCopiesAlone) {
  const Image before = test::noise_image("color", 4, 4);
  Image changed = before;
  adjust_brightness(changed, 0.5);
  EXPECT_EQ(test::difference(before.u8(), test::noise_image("color", 4, 4).u8()).largest, 0);
}

TEST(Color, GrayImagesHaveNoHueOrSaturation) {
  Image gray(2, 2, 1, PixelType::kU8);
  gray.mutable_u8()[0] = 200;
  adjust_saturation(gray, 0.2);
  adjust_hue(gray, 0.2);
  EXPECT_EQ(gray.u8()[0], 200);
  adjust_contrast(gray, 0);
  EXPECT_EQ(gray.u8()[0], 50);
}

TEST(Color, OtherChannelCountsAreRefused) {
  Image image(2, 2, 4, PixelType::kU8);
  EXPECT_THROW(adjust_hue(image, 0.1), Error);
  EXPECT_THROW(shuffle_channels(image, {0, 1, 2}), Error);
}

}  // namespace
}  // namespace saker

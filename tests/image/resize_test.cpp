#include "image/resize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "fill.hpp"
#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::array<float, 3> kOnes{1.0F, 1.0F, 1.0F};
constexpr std::array<float, 3> kZeros{};

// An RGB image whose value at (y, x, c) is made from its place.
Image make_u8(std::int64_t height,
              std::int64_t width,
              const std::function<int(std::int64_t, std::int64_t, std::int64_t)>& value) {
  Image image(height, width, 3, PixelType::kU8);
  const std::span<std::uint8_t> out = image.mutable_u8();
  for (std::int64_t i = 0; i < height * width * 3; ++i) {
    out[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(value(i / 3 / width, i / 3 % width, i % 3));
  }
  return image;
}

Image ramp(std::int64_t height, std::int64_t width) {
  return make_u8(height, width, [](std::int64_t y, std::int64_t x, std::int64_t c) {
    return static_cast<int>((5 * x + 3 * y + 40 * c) % 256);
  });
}

Image noise_hwc(const std::string& name, std::int64_t height, std::int64_t width) {
  const std::vector<std::uint8_t> values = test::noise_u8(name, 3 * height * width);
  return make_u8(height, width, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
    return values[static_cast<std::size_t>((y * width + x) * 3 + c)];
  });
}

// The fill rule in C x H x W order; a single channel is replicated.
Image noise_chw(const std::string& name,
                std::int64_t channels,
                std::int64_t height,
                std::int64_t width) {
  const std::vector<std::uint8_t> values = test::noise_u8(name, channels * height * width);
  return make_u8(height, width, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
    return values[static_cast<std::size_t>((c % channels * height + y) * width + x)];
  });
}

Image to_float(const Image& image, float maximum) {
  Image floats(image.height(), image.width(), 3, PixelType::kF32);
  std::transform(
      image.u8().begin(), image.u8().end(), floats.mutable_f32().begin(), [=](std::uint8_t v) {
        return static_cast<float>(v) / maximum;
      });
  return floats;
}

double value_at(const Image& image, std::size_t i) {
  return image.type() == PixelType::kU8 ? image.u8()[i] : static_cast<double>(image.f32()[i]);
}

struct Difference {
  double largest = 0.0;
  double equal = 0.0;  // share of the values
};

// `image` is H x W x C, `golden` as `chw` says.
template <typename Value>
Difference compare(const Image& image, std::span<const Value> golden, bool chw) {
  EXPECT_EQ(image.value_count(), golden.size());
  Difference difference;
  const auto plane = static_cast<std::size_t>(image.height() * image.width());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const double expected = golden[chw ? i % 3 * plane + i / 3 : i];
    const double distance = std::abs(value_at(image, i) - expected);
    difference.largest = std::max(difference.largest, distance);
    if (distance == 0.0) difference.equal += 1.0 / static_cast<double>(golden.size());
  }
  return difference;
}

TEST(ResizeBilinear, EqualsTheGolden) {
  SAKER_GOLDEN(json, "transforms/resize_linear.json");
  SAKER_GOLDEN(tensors, "transforms/resize_linear.safetensors");
  const auto golden = test::read_safetensors(tensors);
  const auto golden_file = test::read_json(json);
  for (const auto& entry : golden_file.at("cases")) {
    const std::int64_t h = entry["in"][0];
    const std::int64_t w = entry["in"][1];
    for (const std::string kind : {"noise", "ramp"}) {
      const std::string key = kind + "." + std::to_string(entry["index"].get<int>());
      SCOPED_TRACE(key);
      const Image image = kind == "noise" ? noise_hwc(entry["input_noise_name"], h, w) : ramp(h, w);
      const Difference bytes = compare(resize_bilinear(image, entry["out"][0], entry["out"][1]),
                                       golden.at(key + ".u8").as<std::uint8_t>(),
                                       false);
      EXPECT_LE(bytes.largest, 1.0);
      EXPECT_GE(bytes.equal, 0.99);
      const Image floats =
          resize_bilinear(to_float(image, 255.0F), entry["out"][0], entry["out"][1]);
      EXPECT_LE(compare(floats, golden.at(key + ".f32").as<float>(), false).largest, 1e-5);
    }
  }
}

TEST(ResizeAntialias, EqualsTheGolden) {
  SAKER_GOLDEN(json, "sahi/resize_antialias.json");
  SAKER_GOLDEN(tensors, "sahi/resize_antialias.safetensors");
  const auto golden = test::read_safetensors(tensors);
  const auto golden_file = test::read_json(json);
  for (const auto& entry : golden_file.at("cases")) {
    const std::int64_t h = entry["in"][0];
    const std::int64_t w = entry["in"][1];
    for (const std::string kind : {"noise", "ramp"}) {
      const std::string key = kind + "." + std::to_string(entry["index"].get<int>());
      SCOPED_TRACE(key);
      const Image image =
          kind == "noise" ? noise_chw(entry["input_noise_name"], 3, h, w) : ramp(h, w);
      const Image bytes = resize_antialias(image, entry["out"][0], entry["out"][1]);
      EXPECT_LE(compare(bytes, golden.at(key + ".u8").as<std::uint8_t>(), true).largest, 1.0);
      EXPECT_LE(compare(bytes, golden.at(key + ".pil_u8").as<std::uint8_t>(), true).largest, 1.0);
      const Image floats =
          resize_antialias(to_float(image, 255.0F), entry["out"][0], entry["out"][1]);
      EXPECT_LE(compare(floats, golden.at(key + ".f32").as<float>(), true).largest, 5e-6);
    }
  }
}

// Resizing and normalising in one go, in the order of both kinds of models.
TEST(ResizeAntialiasPlanar, EqualsTheGoldenOfPreprocessing) {
  SAKER_GOLDEN(tensors, "sahi/preprocess.safetensors");
  const auto golden = test::read_safetensors(tensors);
  struct Case {
    const char* name;
    Image image;
    double maximum;  // of the values that the image holds
    bool normalize;
  };
  Image wide = to_float(noise_chw("pre/h", 3, 20, 30), 65535.0F);
  for (float& value : wide.mutable_f32()) value *= 257.0F;
  const std::vector<Case> cases{
      {"u8_imagenet", noise_chw("pre/a", 3, 45, 70), 255.0, true},
      {"u8_zero", noise_chw("pre/a", 3, 45, 70), 255.0, false},
      {"gray_u8", noise_chw("pre/g", 1, 20, 30), 255.0, true},
      {"u16", wide, 1.0, false},
      {"float", to_float(noise_chw("pre/f", 3, 20, 30), 255.0F), 1.0, true},
      {"none_normalize", noise_chw("pre/n", 3, 33, 21), 255.0, false},
      {"picodet_order", noise_chw("pre/a", 3, 45, 70), 255.0, true}};
  const std::array<double, 3> mean{0.485, 0.456, 0.406};
  const std::array<double, 3> std_dev{0.229, 0.224, 0.225};
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const test::Array& expected = golden.at(item.name);
    std::array<float, 3> scale{};
    std::array<float, 3> offset{};
    for (std::size_t c = 0; c < 3; ++c) {
      scale[c] = static_cast<float>(1.0 / item.maximum / (item.normalize ? std_dev[c] : 1.0));
      offset[c] = item.normalize ? static_cast<float>(-mean[c] / std_dev[c]) : 0.0F;
    }
    std::vector<float> found(static_cast<std::size_t>(expected.numel()));
    resize_antialias_planar(item.image, expected.shape[1], expected.shape[2], scale, offset, found);
    double largest = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i)
      largest =
          std::max(largest, static_cast<double>(std::abs(found[i] - expected.as<float>()[i])));
    EXPECT_LE(largest, 2.5e-5);
  }
}

TEST(Resize, TheSameSizeIsTheSameImage) {
  const Image image = ramp(7, 9);
  EXPECT_EQ(resize_bilinear(image, 7, 9).u8().data(), image.u8().data());
  EXPECT_EQ(resize_antialias(image, 7, 9).u8().data(), image.u8().data());
  std::vector<float> planes(image.value_count());
  resize_antialias_planar(image, 7, 9, kOnes, kZeros, planes);
  for (std::size_t i = 0; i < planes.size(); ++i)
    EXPECT_EQ(planes[i % 3 * 63 + i / 3], static_cast<float>(image.u8()[i]));
}

TEST(Resize, AConstantStaysConstant) {
  const Image image = make_u8(31, 57, [](auto, auto, auto) { return 255; });
  for (const auto& [height, width] :
       {std::pair(5, 7), std::pair(64, 3), std::pair(100, 200), std::pair(1, 1)}) {
    const Image small = resize_antialias(image, height, width);
    EXPECT_TRUE(std::all_of(small.u8().begin(), small.u8().end(), [](int v) { return v == 255; }));
  }
}

TEST(Resize, ThePlanarFormAgreesWithTheInterleavedOne) {
  const Image image = to_float(noise_chw("planar", 3, 40, 33), 255.0F);
  const Image resized = resize_antialias(image, 17, 21);
  std::vector<float> planes(resized.value_count());
  resize_antialias_planar(image, 17, 21, kOnes, kZeros, planes);
  for (std::size_t i = 0; i < planes.size(); ++i)
    EXPECT_EQ(planes[i % 3 * 357 + i / 3], resized.f32()[i]);
}

TEST(Resize, OtherChannelCounts) {
  Image gray(4, 4, 1, PixelType::kF32);
  for (std::size_t i = 0; i < 16; ++i) gray.mutable_f32()[i] = static_cast<float>(i);
  const Image half = resize_antialias(gray, 1, 1);
  EXPECT_NEAR(half.f32()[0], 7.5F, 1e-5F);
  std::vector<float> planes(3);
  EXPECT_THROW(resize_antialias_planar(gray, 1, 1, kOnes, kZeros, planes), Error);
}

TEST(Resize, ImpossibleSizesAreErrors) {
  const Image image = ramp(4, 4);
  EXPECT_THROW(resize_bilinear(image, 0, 4), Error);
  EXPECT_THROW(resize_antialias(image, 4, -1), Error);
  std::vector<float> planes(5);
  EXPECT_THROW(resize_antialias_planar(image, 2, 2, kOnes, kZeros, planes), Error);
}

}  // namespace
}  // namespace saker

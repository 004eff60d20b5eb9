#include "image/draw/torchvision_boxes.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "fill.hpp"
#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// noise("draw/a", 3, 60, 80) in the order C x H x W, or its first channel.
Image input(std::int64_t channels) {
  Image image(60, 80, channels, PixelType::kU8);
  const std::vector<std::uint8_t> planes = test::noise_u8("draw/a", 3 * 60 * 80);
  const std::span<std::uint8_t> pixels = image.mutable_u8();
  const auto count = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < 60 * 80; ++i) {
    for (std::size_t c = 0; c < count; ++c) pixels[i * count + c] = planes[c * 60 * 80 + i];
  }
  return image;
}

std::vector<Box> golden_boxes(const std::filesystem::path& path) {
  std::vector<Box> boxes;
  const auto json = test::read_json(path);
  for (const auto& box : json["boxes"]) {
    boxes.push_back(
        {box[0].get<float>(), box[1].get<float>(), box[2].get<float>(), box[3].get<float>()});
  }
  return boxes;
}

void expect_golden(const Image& image, const test::Array& expected, const std::string& name) {
  ASSERT_EQ(image.channels(), 3);
  const std::span<const std::uint8_t> planes = expected.as<std::uint8_t>();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < 60 * 80; ++i) {
    for (std::size_t c = 0; c < 3; ++c) wrong += image.u8()[i * 3 + c] != planes[c * 60 * 80 + i];
  }
  EXPECT_EQ(wrong, 0U) << name;
}

TEST(TorchvisionBoxes, EqualTheGolden) {
  SAKER_GOLDEN(json, "sahi/draw.json");
  SAKER_GOLDEN(tensors, "sahi/draw.safetensors");
  const std::vector<Box> boxes = golden_boxes(json);
  const auto golden = test::read_safetensors(tensors);
  expect_golden(draw_torchvision_boxes(input(3), boxes), golden.at("tv.default"), "default");
  expect_golden(draw_torchvision_boxes(input(3), boxes, {.colors = {{255, 0, 0}}, .width = 3}),
                golden.at("tv.width3_red"),
                "width3_red");
  expect_golden(
      draw_torchvision_boxes(input(3), boxes, {.fill = true}), golden.at("tv.fill"), "fill");
  expect_golden(
      draw_torchvision_boxes(input(1), std::span(boxes).first(1)), golden.at("tv.gray"), "gray");
}

TEST(TorchvisionBoxes, ColorsGoByIndex) {
  SAKER_GOLDEN(path, "sahi/draw.json");
  const auto palette = test::read_json(path)["palette_default_first_10"];
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const Rgb color = torchvision_color(static_cast<std::int64_t>(i));
    EXPECT_EQ(color.red, palette[i][0].get<int>());
    EXPECT_EQ(color.green, palette[i][1].get<int>());
    EXPECT_EQ(color.blue, palette[i][2].get<int>());
  }
  EXPECT_EQ(torchvision_color(std::int64_t{1} << 60),
            torchvision_color((std::int64_t{1} << 60) % 255));
}

TEST(TorchvisionBoxes, LabelsTouchOnlyTheirPlace) {
  const Box box = {10, 10, 70, 50};
  const Image plain = draw_torchvision_boxes(input(3), {&box, 1});
  const Image labelled = draw_torchvision_boxes(input(3), {&box, 1}, {.labels = {"dog"}});
  std::size_t changed = 0;
  for (std::size_t i = 0; i < 60 * 80; ++i) {
    if (plain.u8()[i * 3] == labelled.u8()[i * 3]) continue;
    ++changed;
    EXPECT_GE(i % 80, 11U);
    EXPECT_GE(i / 80, 11U);
    EXPECT_LT(i % 80, 45U);
    EXPECT_LT(i / 80, 24U);
  }
  EXPECT_GT(changed, 30U);
}

TEST(TorchvisionBoxes, FilledLabelsAreBlackOnTheColor) {
  Image white(40, 80, 3, PixelType::kU8);
  std::ranges::fill(white.mutable_u8(), std::uint8_t{255});
  const Box box = {2, 2, 70, 36};
  const Image drawn = draw_torchvision_boxes(
      white, {&box, 1}, {.colors = {{255, 0, 0}}, .labels = {"dog"}, .fill_labels = true});
  const auto pixel = [&](std::size_t x, std::size_t y) {
    return drawn.u8().data() + (y * 80 + x) * 3;
  };
  EXPECT_EQ(pixel(4, 4)[0], 255);
  EXPECT_EQ(pixel(4, 4)[1], 0);
  EXPECT_EQ(*std::min_element(pixel(4, 8), pixel(4, 8) + 60), 0);
}

TEST(TorchvisionBoxes, FloatImagesStayFloat) {
  Image image(20, 20, 3, PixelType::kF32);
  std::ranges::fill(image.mutable_f32(), 0.5F);
  const Box box = {2, 2, 5, 5};
  const Image drawn = draw_torchvision_boxes(image, {&box, 1});
  ASSERT_EQ(drawn.type(), PixelType::kF32);
  EXPECT_EQ(drawn.f32()[0], 127.0F / 255.0F);
  EXPECT_EQ(drawn.f32()[(2 * 20 + 2) * 3], 0.0F);
}

TEST(TorchvisionBoxes, WithoutBoxesTheImageIsReturned) {
  const Image gray = input(1);
  const Image drawn = draw_torchvision_boxes(gray, {});
  EXPECT_EQ(drawn.channels(), 1);
  EXPECT_TRUE(std::ranges::equal(gray.u8(), drawn.u8()));
}

TEST(TorchvisionBoxes, BoxesOutsideOfTheImageDoNoHarm) {
  const std::vector<Box> boxes = {
      {-50, -50, -10, -10}, {100, 100, 200, 200}, {-1e30F, -1e30F, 1e30F, 1e30F}};
  const Image drawn =
      draw_torchvision_boxes(input(3), boxes, {.width = 5, .labels = {"a", "b", "c"}});
  EXPECT_TRUE(std::ranges::equal(drawn.u8(), input(3).u8()));
}

TEST(TorchvisionBoxes, WhatCannotBeDrawnIsAUsageError) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Box good = {1, 1, 2, 2};
  const auto kind = [](const Image& image, const Box& box, const TorchvisionStyle& style) {
    try {
      draw_torchvision_boxes(image, {&box, 1}, style);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kInternal;
  };
  EXPECT_EQ(kind(input(2), good, {}), ErrorKind::kUsage);
  EXPECT_EQ(kind(Image(), good, {}), ErrorKind::kUsage);
  EXPECT_EQ(kind(input(3), {2, 1, 1, 2}, {}), ErrorKind::kUsage);
  EXPECT_EQ(kind(input(3), {1, nan, 2, 2}, {}), ErrorKind::kUsage);
  EXPECT_EQ(kind(input(3), good, {.labels = {"a", "b"}}), ErrorKind::kUsage);
  EXPECT_EQ(kind(input(3), good, {.width = 0}), ErrorKind::kUsage);
  const std::vector<Box> three(3, good);
  EXPECT_THROW(draw_torchvision_boxes(input(3), three, {.colors = {{1, 1, 1}, {2, 2, 2}}}), Error);
}

}  // namespace
}  // namespace saker

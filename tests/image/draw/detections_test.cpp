#include "image/draw/detections.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "fill.hpp"
#include "image/draw/class_color.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Image noise(std::int64_t height, std::int64_t width, std::int64_t channels = 3) {
  Image image(height, width, channels, PixelType::kU8);
  std::ranges::copy(test::noise_u8("drawn", height * width * channels), image.mutable_u8().begin());
  return image;
}

std::size_t changed_pixels(const Image& a, const Image& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 2 < a.value_count(); i += 3) {
    count += !std::equal(a.u8().begin() + static_cast<std::ptrdiff_t>(i),
                         a.u8().begin() + static_cast<std::ptrdiff_t>(i + 3),
                         b.u8().begin() + static_cast<std::ptrdiff_t>(i));
  }
  return count;
}

TEST(DrawBoxes, AnEmptyListReturnsTheSamePixels) {
  const Image image = noise(31, 17);
  EXPECT_EQ(changed_pixels(image, draw_boxes(image, {})), 0U);
  const Image gray = noise(5, 4, 1);
  const Image drawn = draw_boxes(gray, {});
  EXPECT_EQ(drawn.channels(), 3);
  EXPECT_EQ(drawn.u8()[3], gray.u8()[1]);
}

TEST(DrawBoxes, TheInputIsNotChanged) {
  const Image image = noise(40, 40);
  const Image before = noise(40, 40);
  const std::vector<DrawnBox> boxes = {{.box = {5, 5, 30, 30}, .text = "a 0.50"}};
  EXPECT_GT(changed_pixels(image, draw_boxes(image, boxes)), 100U);
  EXPECT_EQ(changed_pixels(image, before), 0U);
}

TEST(DrawBoxes, WhatIsOutsideOrNotFiniteIsLeftOut) {
  const Image image = noise(60, 80);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<DrawnBox> boxes;
  for (const Box& box : {Box{-50, -50, -1, -1},
                         Box{80, 0, 90, 10},
                         Box{0, 60, 10, 90},
                         Box{nan, 0, 1, 1},
                         Box{0, 0, infinity, 1},
                         Box{5, 5, 4, 6}}) {
    boxes.push_back({.box = box, .text = "outside"});
  }
  EXPECT_EQ(changed_pixels(image, draw_boxes(image, boxes)), 0U);
}

TEST(DrawBoxes, HugeCoordinatesAreFine) {
  const Image image = noise(60, 80);
  const std::vector<DrawnBox> boxes = {{.box = {-1e30F, -1e30F, 1e30F, 1e30F}, .text = "x"},
                                       {.box = {10, -1e30F, 20, 1e30F}, .text = "y"}};
  EXPECT_GT(changed_pixels(image, draw_boxes(image, boxes)), 100U);
}

TEST(DrawBoxes, ImagesOfAnySize) {
  const std::vector<DrawnBox> boxes = {{.box = {0, 0, 1, 1}, .text = "a long name 0.99"},
                                       {.box = {0, 0, 0, 0}, .text = ""}};
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 50}, {50, 1}, {3, 40000}, {9000, 30}}) {
    const Image drawn = draw_boxes(noise(height, width), boxes);
    EXPECT_EQ(drawn.height(), height);
    EXPECT_EQ(drawn.width(), width);
  }
}

TEST(DrawBoxes, TheFirstBoxLiesOnTop) {
  const Image image(100, 100, 3, PixelType::kU8);
  const std::vector<DrawnBox> boxes = {{.box = {20, 20, 80, 80}, .class_id = 5},
                                       {.box = {20, 20, 80, 80}, .class_id = 2}};
  const Image drawn = draw_boxes(image, boxes, {.line_width = 4});
  const std::uint8_t* pixel = drawn.u8().data() + (50 * 100 + 20) * 3;
  EXPECT_EQ((Rgb{pixel[0], pixel[1], pixel[2]}), palette_color(5));
}

TEST(DrawBoxes, GroundTruthIsDashed) {
  const Image image(100, 100, 3, PixelType::kU8);
  const auto colored = [&](bool ground_truth) {
    const DrawnBox box = {.box = {10, 10, 90, 90}, .class_id = 5, .ground_truth = ground_truth};
    const Image drawn = draw_boxes(image, {&box, 1}, {.line_width = 4});
    std::size_t count = 0;
    for (std::size_t y = 0; y < 100; ++y) {
      const std::uint8_t* pixel = drawn.u8().data() + (y * 100 + 10) * 3;
      count += Rgb{pixel[0], pixel[1], pixel[2]} == palette_color(5);
    }
    return count;
  };
  EXPECT_GT(colored(false), 70U);
  EXPECT_LT(colored(true), 60U);
  EXPECT_GT(colored(true), 20U);
}

TEST(DrawBoxes, AStyleOutOfRangeIsAUsageError) {
  for (const DrawStyle& style : {DrawStyle{.line_width = -1},
                                 DrawStyle{.font_size = std::numeric_limits<double>::quiet_NaN()},
                                 DrawStyle{.fill_opacity = 2}}) {
    try {
      draw_boxes(noise(4, 4), {}, style);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    }
  }
}

TEST(DrawnBoxes, AreSortedByScoreAndNamed) {
  const Detections detections = {.labels = {3, 7, 3},
                                 .bboxes = {{0, 0, 1, 1}, {0, 0, 2, 2}, {0, 0, 3, 3}},
                                 .scores = {0.5F, 0.875F, 0.5F}};
  const std::vector<DrawnBox> boxes = drawn_boxes(detections, {{3, "cat"}});
  ASSERT_EQ(boxes.size(), 3U);
  EXPECT_EQ(boxes[0].text, "class 7 0.88");
  EXPECT_EQ(boxes[1].text, "cat 0.50");
  EXPECT_EQ(boxes[1].box.x2, 1);
  EXPECT_EQ(boxes[2].box.x2, 3);
}

}  // namespace
}  // namespace saker

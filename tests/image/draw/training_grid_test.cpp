#include "image/draw/training_grid.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "golden.hpp"
#include "image/draw/class_color.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

GridImage plain(const std::vector<float>& values, std::int64_t height, std::int64_t width) {
  return {.chw = values, .channels = 3, .height = height, .width = width, .boxes = {}};
}

Rgb at(const Image& image, std::int64_t x, std::int64_t y) {
  const std::uint8_t* pixel = image.u8().data() + (y * image.width() + x) * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

TEST(TrainingGrid, ShapesEqualTheGolden) {
  SAKER_GOLDEN(path, "sahi/draw.json");
  const std::vector<float> values(3 * 4 * 5, 0.0F);
  const auto cases = test::read_json(path)["grid"];
  for (const auto& expected : cases) {
    const std::vector<GridImage> images(expected["n"].get<std::size_t>(), plain(values, 4, 5));
    const Image grid = training_grid(images, {}, {});
    EXPECT_EQ(grid.width(), expected["cols"].get<std::int64_t>() * 5);
    EXPECT_EQ(grid.height(), expected["rows"].get<std::int64_t>() * 4);
  }
}

TEST(TrainingGrid, UndoesTheNormalizationAndTruncates) {
  const std::vector<float> values = {1.0F, 0.0F, -9.0F};  // one pixel
  const GridImage image = plain(values, 1, 1);
  const std::vector<double> mean = {0.5, 0.4, 0.3};
  const std::vector<double> std = {0.25, 0.2, 0.1};
  EXPECT_EQ(at(training_grid({&image, 1}, mean, std), 0, 0), (Rgb{191, 102, 0}));
  EXPECT_EQ(at(training_grid({&image, 1}, {}, {}), 0, 0), (Rgb{255, 0, 0}));
}

TEST(TrainingGrid, SmallerImagesAreCentredOnBlack) {
  const std::vector<float> large(3 * 6 * 8, 1.0F);
  const std::vector<float> small(3 * 3 * 3, 1.0F);
  const std::vector<GridImage> images = {plain(large, 6, 8), plain(small, 3, 3)};
  const Image grid = training_grid(images, {}, {});
  for (std::int64_t y = 0; y < 6; ++y) {
    for (std::int64_t x = 8; x < 16; ++x) {
      const bool inside = x >= 10 && x < 13 && y >= 1 && y < 4;
      EXPECT_EQ(at(grid, x, y), (inside ? Rgb{255, 255, 255} : Rgb{})) << x << " " << y;
    }
  }
}

TEST(TrainingGrid, BoxesHaveTheirClassColorAndALabelAbove) {
  const std::vector<float> values(3 * 100 * 120, 0.0F);
  GridImage image = plain(values, 100, 120);
  image.boxes = {{.box = {10.7F, 50.2F, 90, 90}, .class_id = 3, .text = "cat"}};
  const Image grid = training_grid({&image, 1}, {}, {});
  EXPECT_EQ(at(grid, 10, 50), class_color(3));
  EXPECT_EQ(at(grid, 11, 70), class_color(3));
  EXPECT_EQ(at(grid, 12, 70), (Rgb{}));
  EXPECT_EQ(at(grid, 90, 90), class_color(3));
  EXPECT_EQ(at(grid, 10, 49), class_color(3)) << "the label's lower edge";
  EXPECT_EQ(at(grid, 9, 49), (Rgb{}));
}

TEST(TrainingGrid, ALabelThatDoesNotFitAboveGoesBelow) {
  const std::vector<float> values(3 * 100 * 120, 0.0F);
  GridImage image = plain(values, 100, 120);
  image.boxes = {{.box = {10, 12, 90, 90}, .class_id = 3, .text = "cat"}};
  const Image grid = training_grid({&image, 1}, {}, {});
  EXPECT_EQ(at(grid, 12, 11), (Rgb{}));
  EXPECT_EQ(at(grid, 13, 15), class_color(3));
}

TEST(TrainingGrid, OtherNumbersOfChannels) {
  const std::vector<float> values(5 * 2 * 2, 1.0F);
  for (const std::int64_t channels : {1, 2, 4, 5}) {
    const GridImage image = {.chw = std::span(values).first(static_cast<std::size_t>(channels * 4)),
                             .channels = channels,
                             .height = 2,
                             .width = 2,
                             .boxes = {}};
    EXPECT_EQ(at(training_grid({&image, 1}, {}, {}), 1, 1), (Rgb{255, 255, 255}));
  }
}

TEST(TrainingGrid, SizesThatDoNotFitAreAnError) {
  const std::vector<float> values(12, 1.0F);
  GridImage image = plain(values, 2, 2);
  const std::vector<double> one = {1.0};
  EXPECT_THROW(training_grid({}, {}, {}), Error);
  EXPECT_THROW(training_grid({&image, 1}, one, one), Error);
  image.width = 3;
  EXPECT_THROW(training_grid({&image, 1}, {}, {}), Error);
}

TEST(GridBoxes, LabelsAreScaledToPixels) {
  const GridBox box = label_grid_box(0.5, 0.25, 0.2, 0.1, 4, {{4, "cat"}}, 100, 200);
  EXPECT_FLOAT_EQ(box.box.x1, 40);
  EXPECT_FLOAT_EQ(box.box.y1, 40);
  EXPECT_FLOAT_EQ(box.box.x2, 60);
  EXPECT_FLOAT_EQ(box.box.y2, 60);
  EXPECT_EQ(box.text, "cat");
  EXPECT_EQ(label_grid_box(0, 0, 0, 0, 9, {}, 1, 1).text, "Class 9");
}

TEST(GridBoxes, PredictionsAreScaledFilteredAndCounted) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Detections detections = {
      .labels = {1, 1, 1, 1},
      .bboxes = {{10, 20, 30, 40}, {0, 0, 1, 1}, {5, 0, 4, 1}, {0, 0, infinity, 1}},
      .scores = {0.875F, 0.09F, 0.9F, 0.9F}};
  const PredictionGridBoxes result =
      prediction_grid_boxes(detections, {{1, "cat"}}, 100, 200, 50, 400);
  ASSERT_EQ(result.boxes.size(), 1U);
  EXPECT_EQ(result.dropped, 2);
  EXPECT_EQ(result.boxes[0].box, (Box{5, 40, 15, 80}));
  EXPECT_EQ(result.boxes[0].text, "cat 0.88");
}

}  // namespace
}  // namespace saker

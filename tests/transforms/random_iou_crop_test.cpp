#include "transforms/random_iou_crop.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"
#include "quantiles.hpp"

namespace saker {
namespace {

TEST(RandomIouCrop, EqualsTheReference) {
  SAKER_GEOMETRIC_GOLDEN(golden);
  golden.check("crop.", [](const auto& params, Sample& sample) {
    const auto corners = params["x1_y1_x2_y2"].template get<std::array<std::int64_t, 4>>();
    crop_sample(sample, {corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]});
  });
}

TEST(RandomIouCrop, DrawsAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const ImageSize size = {480, 640};
  RandomStream draws({.seed = 0, .purpose = "crop"});
  const auto json = test::read_json(path);
  for (const auto& golden : json["iou_crop"]) {
    const std::string name = golden["name"];
    std::vector<CornerBox> boxes;
    for (const auto& box : golden["boxes_xyxy_normalised"])
      boxes.push_back({box[0], box[1], box[2], box[3]});
    std::vector<double> widths, heights, ratios, lefts, tops, areas;
    int whole = 0;
    for (int i = 0; i < test::kDraws; ++i) {
      const CropRectangle crop = draw_iou_crop({}, size, boxes, draws);
      if (crop.width == 640 && crop.height == 480) {
        ++whole;
        continue;
      }
      const auto width = static_cast<double>(crop.width);
      const auto height = static_cast<double>(crop.height);
      widths.push_back(width / 640);
      heights.push_back(height / 480);
      ratios.push_back(width / height);
      lefts.push_back(static_cast<double>(crop.left) / 640);
      tops.push_back(static_cast<double>(crop.top) / 480);
      areas.push_back(width * height / (640 * 480));
    }
    EXPECT_NEAR(static_cast<double>(whole) / test::kDraws,
                golden["fraction_full_image"].get<double>(),
                0.015)
        << name;
    const double share = name == "small_corner" ? 0.05 : 0.02;
    test::expect_quantiles(widths, golden["width_fraction"], name + " width", share);
    test::expect_quantiles(heights, golden["height_fraction"], name + " height", share);
    test::expect_quantiles(ratios, golden["aspect_ratio_px"], name + " ratio", share);
    test::expect_quantiles(lefts, golden["left_fraction"], name + " left", share);
    test::expect_quantiles(tops, golden["top_fraction"], name + " top", share);
    test::expect_quantiles(areas, golden["area_fraction"], name + " area", share);
  }
}

TEST(RandomIouCrop, TheProbabilityCountsTwice) {
  RandomIouCropSettings settings;
  settings.sampler_options = {0};
  RandomStream draws({.seed = 0, .purpose = "crop"});
  const Image image(40, 60, 3, PixelType::kU8);
  int cropped = 0;
  for (int i = 0; i < 4000; ++i) {
    Sample sample{PlacedImage(image), {{{0.05, 0.05, 0.95, 0.95}}, {0}}};
    random_iou_crop(settings, draws, sample);
    if (sample.image.size() != ImageSize{40, 60}) ++cropped;
  }
  EXPECT_NEAR(cropped / 4000.0, 0.64, 0.04);
}

TEST(RandomIouCrop, WithoutBoxesTheImageStaysWhole) {
  RandomStream draws({.seed = 0, .purpose = "crop"});
  EXPECT_EQ(draw_iou_crop({}, {48, 64}, {}, draws), (CropRectangle{0, 0, 64, 48}));
}

TEST(RandomIouCrop, TinyImagesAreNotCroppedToNothing) {
  RandomStream draws({.seed = 0, .purpose = "crop"});
  const std::vector<CornerBox> boxes = {{0, 0, 1, 1}};
  for (int i = 0; i < 100; ++i) {
    const CropRectangle crop = draw_iou_crop({}, {1, 2}, boxes, draws);
    EXPECT_GE(crop.width, 1);
    EXPECT_GE(crop.height, 1);
  }
}

}  // namespace
}  // namespace saker

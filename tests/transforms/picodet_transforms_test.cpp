#include "transforms/picodet_transforms.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TransformContext context(ImageSize size = {416, 416}) {
  return {.default_image_size = size, .run = {90000, 100, 1}};
}

ResolvedTransforms resolve(const Value& args, ImageSize size = {416, 416}) {
  return resolve_transforms(picodet_transform_family(), args, context(size));
}

TEST(PicodetTransforms, JitterSizesEqualTheReference) {
  SAKER_GOLDEN(path, "picodet/transforms.json");
  const auto json = test::read_json(path);
  for (const auto& [name, golden] : json["scale_jitter_sizes_by_image_size"].items()) {
    const std::int64_t height = std::stoll(name);
    const std::int64_t width = std::stoll(name.substr(name.find('x') + 1));
    if (height != width) continue;  // the reference's sizes are square there; ours keep the shape
    const ResolvedTransforms resolved = resolve({{"image_size", {height, width}}});
    std::vector<ImageSize> used;
    for (const auto& size : golden["used"]) used.push_back({size[0], size[1]});
    EXPECT_EQ(jitter_sizes(*resolved.train.scale_jitter, *resolved.train.image_size), used) << name;
    std::vector<ImageSize> configured;
    for (const auto& size : golden["configured"]) configured.push_back({size[0], size[1]});
    EXPECT_EQ(resolved.train.scale_jitter->sizes, configured) << name;
    EXPECT_TRUE(resolved.warnings.empty());
  }
}

TEST(PicodetTransforms, JitterKeepsTheShapeOfTheImageSize) {
  const ResolvedTransforms resolved = resolve({{"image_size", {416, 640}}});
  EXPECT_EQ(resolved.train.scale_jitter->sizes->front(), (ImageSize{352, 576}));
  EXPECT_EQ(resolved.train.scale_jitter->sizes->back(), (ImageSize{480, 704}));
}

TEST(PicodetTransforms, SmallImageSizesKeepOneDivisor) {
  const ResolvedTransforms resolved = resolve({{"image_size", {64, 64}}});
  EXPECT_EQ(resolved.train.scale_jitter->sizes->front(), (ImageSize{32, 32}));
}

TEST(PicodetTransforms, DefaultsRunForTheWholeTraining) {
  const TransformSettings train = resolve({}).train;
  EXPECT_TRUE(train.photometric_distort->window.contains(0));
  EXPECT_TRUE(train.random_zoom_out->window.contains(89999));
  EXPECT_TRUE(train.random_iou_crop->window.contains(0));
  EXPECT_FALSE(train.resize.has_value());
  EXPECT_FALSE(train.random_rotate_90.has_value());
  EXPECT_FALSE(train.random_rotate.has_value());
  EXPECT_EQ(train.random_flip->horizontal_prob, 0.5);
  EXPECT_EQ(train.random_flip->vertical_prob, 0);
  EXPECT_EQ(train.min_area_px, 1);
  EXPECT_EQ(*train.scale_jitter->divisible_by, 32);
  EXPECT_EQ(train.scale_jitter->prob, 1);
  const TransformSettings validation = resolve({}).validation;
  EXPECT_EQ(*validation.resize->height, 416);
  EXPECT_EQ(validation.min_area_px, 0);
  EXPECT_FALSE(validation.scale_jitter.has_value());
}

TEST(PicodetTransforms, OwnSizesAreReplacedWithAWarning) {
  const ResolvedTransforms resolved = resolve({{"scale_jitter", {{"sizes", {{100, 100}}}}}});
  EXPECT_EQ(resolved.train.scale_jitter->sizes->size(), 5U);
  ASSERT_EQ(resolved.warnings.size(), 1U);
  EXPECT_NE(resolved.warnings[0].find("352x352, 384x384"), std::string::npos)
      << resolved.warnings[0];
}

TEST(PicodetTransforms, OtherFieldsOfScaleJitterAreTheUsers) {
  const ResolvedTransforms resolved =
      resolve({{"scale_jitter", {{"divisible_by", nullptr}}}}, {500, 500});
  EXPECT_EQ(jitter_sizes(*resolved.train.scale_jitter, {500, 500}).front(), (ImageSize{436, 436}));
}

void expect_error(const Value& args, const std::string& message) {
  try {
    resolve(args);
    FAIL() << "no error for " << args.to_json();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

TEST(PicodetTransforms, WhatIsNotOfferedAcceptsOnlyNull) {
  for (const char* key : {"mosaic", "mixup", "copyblend", "channel_drop"}) {
    EXPECT_NO_THROW(resolve(Value::Object{{std::string(key), nullptr}}));
    expect_error(Value::Object{{std::string(key), Value::Object{}}},
                 std::string("PicoDet does not offer ") + key);
  }
  EXPECT_NO_THROW(resolve({{"val", {{"random_flip", nullptr}}}}));
  expect_error({{"val", {{"random_flip", {{"horizontal_prob", 1}}}}}},
               "'transform_args.val.random_flip': PicoDet's validation does not offer");
}

TEST(PicodetTransforms, ImagesOfManySizesNeedOne) {
  expect_error({{"scale_jitter", nullptr}}, "set resize to");
  expect_error({{"scale_jitter", {{"prob", 0.5}}}}, "set resize to");
  EXPECT_NO_THROW(
      resolve({{"scale_jitter", nullptr}, {"resize", {{"height", "auto"}, {"width", "auto"}}}}));
  EXPECT_NO_THROW(resolve(
      {{"scale_jitter", nullptr}, {"random_zoom_out", nullptr}, {"random_iou_crop", nullptr}}));
}

TEST(PicodetTransforms, TheResolvedArgumentsResolveToThemselves) {
  const ResolvedTransforms first = resolve(
      {{"image_size", {320, 320}}, {"normalize", nullptr}, {"val", {{"image_size", {352, 352}}}}});
  const ResolvedTransforms second = resolve(first.to_value(), {416, 416});
  EXPECT_EQ(second.to_value().to_json(), first.to_value().to_json());
  EXPECT_TRUE(second.warnings.empty());
  EXPECT_EQ(first.to_value().to_json().find("auto"), std::string::npos)
      << first.to_value().to_json();
}

}  // namespace
}  // namespace saker

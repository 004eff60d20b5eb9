#include "transforms/ltdetr_transforms.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

struct Family {
  LtdetrGeneration generation;
  const char* golden;
  LtdetrInputRule rule;
  ImageSize image_size;
};

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      {LtdetrGeneration::kDinov3Vit, "dinov3_vit_ltdetr", {32, 14629}, {640, 640}},
      {LtdetrGeneration::kDinov3ConvNext, "dinov3_convnext_ltdetr", {32, 14629}, {640, 640}},
      {LtdetrGeneration::kV2, "ltdetrv2", {32, 14629}, {640, 640}},
      {LtdetrGeneration::kDinov2, "dinov2_ltdetr", {28, 11200}, {644, 644}}};
  return kFamilies;
}

ResolvedTransforms resolve(const Family& family,
                           const Value& args = {},
                           const RunLength& run = {90000, 7393, 1}) {
  return resolve_transforms(ltdetr_transform_family(family.generation, family.rule),
                            args,
                            {.default_image_size = family.image_size, .run = run});
}

// Numbers by value, so that 0 equals 0.0; the reference writes null for the default list of
// sampler_options.
void expect_equal(const Json& own, const Json& golden, const std::string& path) {
  if (path.ends_with(".sampler_options") && golden.is_null()) {
    EXPECT_EQ(own, (Json{0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0})) << path;
  } else if (golden.is_object()) {
    ASSERT_TRUE(own.is_object()) << path;
    for (const auto& [key, value] : golden.items()) {
      if (key == "bbox_params") continue;  // fixed rules, not settings
      ASSERT_TRUE(own.contains(key)) << path << "." << key;
      expect_equal(own[key], value, path + "." + key);
    }
    for (const auto& [key, value] : own.items())
      EXPECT_TRUE(golden.contains(key)) << path << "." << key;
  } else {
    EXPECT_EQ(own, golden) << path;
  }
}

TEST(LtdetrTransforms, DefaultsEqualTheReferences) {
  SAKER_GOLDEN(path, "transforms/defaults.json");
  const Json golden = test::read_json(path);
  EXPECT_EQ(golden.size(), families().size());
  for (const Family& family : families()) {
    SCOPED_TRACE(family.golden);
    const Json& expected = golden[family.golden];
    const TransformFamily unresolved = ltdetr_transform_family(family.generation, family.rule);
    expect_equal(
        Json::parse(to_value(unresolved.train).to_json()), expected["train_unresolved"], "train");
    expect_equal(
        Json::parse(to_value(unresolved.validation).to_json()), expected["val_unresolved"], "val");
    const ResolvedTransforms resolved = resolve(family);
    EXPECT_TRUE(resolved.warnings.empty());
    const Json& train = expected["train_resolved_steps90000_batches7393_acc1"];
    expect_equal(Json::parse(to_value(resolved.train).to_json()), train, "train");
    expect_equal(
        Json::parse(to_value(resolved.validation).to_json()), expected["val_resolved"], "val");
    EXPECT_EQ(resolved.train.min_area_px, train["bbox_params"]["min_area"].get<double>());
    EXPECT_EQ(resolved.validation.min_area_px,
              expected["val_resolved"]["bbox_params"]["min_area"].get<double>());
  }
}

TEST(LtdetrTransforms, WindowsEqualTheReferences) {
  SAKER_GOLDEN(path, "transforms/schedule.json");
  for (const auto& golden : test::read_json(path)) {
    const ResolvedTransforms resolved = resolve(families()[0],
                                                {},
                                                {golden["total_steps"],
                                                 golden["train_num_batches"],
                                                 golden["gradient_accumulation_steps"]});
    const TransformSettings& train = resolved.train;
    std::size_t off = 0;
    const auto expect = [&](const auto& group, const char* name) {
      const Json& window = golden["windows"][name];
      ASSERT_EQ(group.has_value(), !window.is_null()) << name << golden;
      off += group ? 0 : 1;
      if (!group) return;
      EXPECT_EQ(*group->window.start, window[0].template get<std::int64_t>()) << name << golden;
      EXPECT_EQ(**group->window.stop, window[1].template get<std::int64_t>()) << name << golden;
    };
    expect(train.photometric_distort, "photometric_distort");
    expect(train.random_zoom_out, "random_zoom_out");
    expect(train.random_iou_crop, "random_iou_crop");
    expect(train.copyblend, "copyblend");
    expect(train.mixup, "mixup");
    expect(train.mosaic, "mosaic");
    EXPECT_EQ(resolved.warnings.size(), off);
    EXPECT_EQ(**train.scale_jitter->step_stop,
              golden["windows"]["scale_jitter"][1].get<std::int64_t>());
  }
}

TEST(LtdetrTransforms, AutoEqualsTheReference) {
  SAKER_GOLDEN(path, "transforms/resolve.json");
  for (const auto& golden : test::read_json(path)) {
    const Json& init = golden["init_args"];
    const Json& expected = golden["result"];
    const std::int64_t multiple = 2 * init.value("patch_size", 16);
    const auto generation = init.contains("patch_size") ? LtdetrGeneration::kDinov3Vit
                                                        : LtdetrGeneration::kDinov3ConvNext;
    TransformContext context{.default_image_size = {640, 640}, .run = {90000, 7393, 1}};
    if (init.contains("image_size"))
      context.stored_image_size = ImageSize{init["image_size"][0], init["image_size"][1]};
    if (init.contains("image_normalize")) {
      context.stored_normalization.emplace();
      if (!init["image_normalize"].is_null()) {
        *context.stored_normalization =
            Normalization{init["image_normalize"]["mean"], init["image_normalize"]["std"]};
      }
    }
    const auto resolved = [&] {
      return resolve_transforms(
          ltdetr_transform_family(generation, {.size_multiple = multiple}), {}, context);
    };
    if (expected.contains("error")) {
      EXPECT_THROW(resolved(), Error) << golden;
      continue;
    }
    const TransformSettings train = resolved().train;
    EXPECT_EQ(train.image_size->height, expected["image_size"][0]) << golden;
    EXPECT_EQ(train.image_size->width, expected["image_size"][1]) << golden;
    EXPECT_EQ(*train.resize->height, expected["resize"][0].get<std::int64_t>());
    EXPECT_EQ(*train.num_channels, expected["num_channels"].get<std::int64_t>());
    ASSERT_EQ(train.normalize->has_value(), !expected["normalize"].is_null());
    if (*train.normalize) {
      EXPECT_EQ((*train.normalize)->std, expected["normalize"]["std"].get<std::vector<double>>());
    }
    const Json& divisor = expected["scale_jitter_divisible_by"];
    ASSERT_EQ(train.scale_jitter->divisible_by->has_value(), !divisor.is_null());
    EXPECT_EQ(train.scale_jitter->divisible_by->value_or(0),
              divisor.is_null() ? 0 : divisor.get<std::int64_t>());
  }
}

TEST(LtdetrTransforms, BatchSizesFollowTheImageSize) {
  for (const Family& family : families()) {
    const std::int64_t half =
        family.image_size.height / 2 / family.rule.size_multiple * family.rule.size_multiple;
    const ResolvedTransforms resolved = resolve(family, {{"image_size", {half, 2 * half}}});
    EXPECT_TRUE(resolved.warnings.empty());
    const std::vector<ImageSize> sizes =
        jitter_sizes(*resolved.train.scale_jitter, *resolved.train.image_size);
    EXPECT_EQ(sizes.size(), family.generation == LtdetrGeneration::kDinov2 ? 32U : 30U);
    EXPECT_GE(std::ranges::count(sizes, (ImageSize{half, 2 * half})), 20);
    for (const ImageSize& size : sizes) {
      EXPECT_EQ(size.height % family.rule.size_multiple, 0);
      EXPECT_EQ(size.width % family.rule.size_multiple, 0);
      EXPECT_GE(size.height, half * 6 / 10);
      EXPECT_LE(size.height, half * 14 / 10);
    }
  }
}

TEST(LtdetrTransforms, SizesTooSmallForTheDecoderAreLeftOut) {
  const ResolvedTransforms resolved = resolve(families()[0], {{"image_size", {128, 128}}});
  for (const ImageSize& size : *resolved.train.scale_jitter->sizes)
    EXPECT_GE(size.height * size.width, 14629);
  EXPECT_GE(resolved.train.scale_jitter->sizes->size(), 20U);
}

TEST(LtdetrTransforms, SizesOfTheUserAreTakenAsTheyAre) {
  const ResolvedTransforms resolved =
      resolve(families()[0],
              {{"image_size", {320, 320}},
               {"scale_jitter", {{"sizes", {{320, 320}, {640, 640}}}, {"prob", 0.5}}}});
  EXPECT_EQ(*resolved.train.scale_jitter->sizes, (std::vector<ImageSize>{{320, 320}, {640, 640}}));
  const ResolvedTransforms other =
      resolve(families()[0], {{"scale_jitter", {{"sizes", {{320, 320}}}}}});
  ASSERT_EQ(other.warnings.size(), 1U);
  EXPECT_NE(other.warnings[0].find("none of its sizes"), std::string::npos) << other.warnings[0];
}

TEST(LtdetrTransforms, ARangeReplacesTheSizes) {
  const ResolvedTransforms resolved = resolve(
      families()[0],
      {{"scale_jitter",
        {{"sizes", nullptr}, {"min_scale", 0.76}, {"max_scale", 1.27}, {"num_scales", 13}}}});
  EXPECT_FALSE(resolved.train.scale_jitter->sizes.has_value());
  EXPECT_EQ(jitter_sizes(*resolved.train.scale_jitter, {640, 640}).size(), 13U);
}

void expect_error(const Family& family, const Value& args, const std::string& message) {
  try {
    resolve(family, args);
    FAIL() << "no error for " << args.to_json();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

TEST(LtdetrTransforms, SizesMustFitTheNetwork) {
  expect_error(families()[0],
               {{"image_size", {500, 512}}},
               "'transform_args.image_size': LTDETR with a DINOv3 ViT needs sides that are "
               "multiples of 32");
  expect_error(families()[3], {{"image_size", {640, 640}}}, "multiples of 28");
  expect_error(families()[0], {{"image_size", {96, 96}}}, "at least 14629 pixels");
  expect_error(families()[0],
               {{"scale_jitter", {{"sizes", {{100, 640}}}, {"divisible_by", nullptr}}}},
               "'transform_args.scale_jitter.sizes': LTDETR");
  expect_error(
      families()[0], {{"val", {{"image_size", {100, 640}}}}}, "transform_args.val.image_size");
}

TEST(LtdetrTransforms, WhatIsNotOfferedAcceptsOnlyNull) {
  const Value drop = {{"channel_drop", {{"num_channels_keep", 3}, {"weight_drop", {1, 1, 1}}}}};
  EXPECT_NO_THROW(resolve(families()[0], drop));
  expect_error(families()[3], drop, "LTDETR with a DINOv2 ViT does not offer channel_drop");
  for (const char* key :
       {"photometric_distort", "random_zoom_out", "random_flip", "mosaic", "mixup"}) {
    EXPECT_NO_THROW(resolve(families()[0], {{"val", Value::Object{{std::string(key), nullptr}}}}));
    expect_error(families()[0],
                 {{"val", Value::Object{{std::string(key), Value::Object{}}}}},
                 std::string("'transform_args.val.") + key);
  }
  expect_error(families()[0],
               {{"channel_drop", {{"num_channels_keep", 2}, {"weight_drop", {1, 1, 1}}}}},
               "'transform_args.num_channels': must be 3");
  expect_error(families()[0],
               {{"channel_drop", {{"num_channels_keep", 3}, {"weight_drop", {1, 1, 1, 1}}}}},
               "'transform_args.channel_drop.weight_drop': must have 3 values");
}

TEST(LtdetrTransforms, NullDisables) {
  const TransformSettings train = resolve(families()[0],
                                          {{"mosaic", nullptr},
                                           {"mixup", nullptr},
                                           {"copyblend", nullptr},
                                           {"scale_jitter", nullptr},
                                           {"photometric_distort", nullptr}})
                                      .train;
  EXPECT_FALSE(train.mosaic.has_value());
  EXPECT_FALSE(train.mixup.has_value());
  EXPECT_FALSE(train.copyblend.has_value());
  EXPECT_FALSE(train.scale_jitter.has_value());
  EXPECT_FALSE(train.photometric_distort.has_value());
}

TEST(LtdetrTransforms, WithoutResizeMosaicsHaveNoCommonSize) {
  expect_error(families()[0],
               {{"resize", nullptr},
                {"random_zoom_out", nullptr},
                {"random_iou_crop", nullptr},
                {"scale_jitter", nullptr}},
               "set resize to");
}

TEST(LtdetrTransforms, TheResolvedArgumentsResolveToThemselves) {
  for (const Family& family : families()) {
    const ResolvedTransforms first =
        resolve(family, {{"mosaic", {{"max_size", 400}, {"step_start", 3}}}});
    const ResolvedTransforms second = resolve(family, first.to_value());
    EXPECT_EQ(second.to_value().to_json(), first.to_value().to_json());
    EXPECT_TRUE(second.warnings.empty());
    EXPECT_EQ(first.to_value().to_json().find("auto"), std::string::npos);
  }
}

}  // namespace
}  // namespace saker

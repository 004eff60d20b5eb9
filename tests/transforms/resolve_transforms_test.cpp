#include "transforms/resolve_transforms.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// A family that leaves everything to "auto".
TransformFamily auto_family() {
  TransformFamily family;
  family.name = "Auto";
  family.train.photometric_distort.emplace().window = {std::nullopt, std::nullopt};
  family.train.random_zoom_out.emplace().window = {std::nullopt, std::nullopt};
  family.train.random_iou_crop.emplace().window = {std::nullopt, std::nullopt};
  family.train.resize.emplace();
  ScaleJitterSettings& jitter = family.train.scale_jitter.emplace();
  jitter.sizes = {{640, 640}, {672, 672}};
  jitter.step_stop = std::nullopt;
  family.validation.resize.emplace();
  family.jitter_divisor = 32;
  return family;
}

TEST(ResolveTransforms, WindowsEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/schedule.json");
  for (const auto& golden : test::read_json(path)) {
    TransformContext context{.default_image_size = {640, 640}};
    context.run = {
        golden["total_steps"], golden["train_num_batches"], golden["gradient_accumulation_steps"]};
    const TransformSettings train = resolve_transforms(auto_family(), {}, context).train;
    const auto& windows = golden["windows"];
    const auto expect = [&](const auto& group, const char* name) {
      ASSERT_EQ(group.has_value(), !windows[name].is_null()) << name << golden;
      if (!group) return;
      EXPECT_EQ(*group->window.start, windows[name][0].template get<std::int64_t>())
          << name << golden;
      EXPECT_EQ(**group->window.stop, windows[name][1].template get<std::int64_t>())
          << name << golden;
    };
    expect(train.photometric_distort, "photometric_distort");
    expect(train.random_zoom_out, "random_zoom_out");
    expect(train.random_iou_crop, "random_iou_crop");
    ASSERT_EQ(train.scale_jitter.has_value(), !windows["scale_jitter"].is_null());
    if (train.scale_jitter) {
      EXPECT_EQ(**train.scale_jitter->step_stop, windows["scale_jitter"][1].get<std::int64_t>());
    }
  }
}

TEST(ResolveTransforms, NormalizationAndSizesEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/resolve.json");
  for (const auto& golden : test::read_json(path)) {
    const auto& init = golden["init_args"];
    const auto& expected = golden["result"];
    if (expected.contains("error")) continue;  // a rule of patch sizes, which no family here has
    TransformContext context{
        .default_image_size = {expected["image_size"][0], expected["image_size"][1]}};
    if (init.contains("image_size"))
      context.stored_image_size = ImageSize{init["image_size"][0], init["image_size"][1]};
    if (init.contains("image_normalize")) {
      context.stored_normalization.emplace();
      if (!init["image_normalize"].is_null()) {
        *context.stored_normalization =
            Normalization{init["image_normalize"]["mean"], init["image_normalize"]["std"]};
      }
    }
    context.run = {10000, 100, 1};
    const TransformSettings train = resolve_transforms(auto_family(), {}, context).train;
    EXPECT_EQ(train.image_size->height, expected["image_size"][0]);
    EXPECT_EQ(*train.resize->height, expected["resize"][0].get<std::int64_t>());
    EXPECT_EQ(*train.resize->width, expected["resize"][1].get<std::int64_t>());
    EXPECT_EQ(*train.num_channels, expected["num_channels"].get<std::int64_t>());
    ASSERT_EQ(train.normalize->has_value(), !expected["normalize"].is_null());
    if (*train.normalize) {
      EXPECT_EQ((*train.normalize)->mean, expected["normalize"]["mean"].get<std::vector<double>>());
    }
  }
}

TEST(ResolveTransforms, ShortRunsTurnAugmentationsOffWithAWarning) {
  TransformContext context{.default_image_size = {640, 640}};
  context.run = {10, 1000, 1};
  TransformFamily family = auto_family();
  family.train.photometric_distort->window.start = 20;
  const ResolvedTransforms resolved = resolve_transforms(family, {}, context);
  EXPECT_FALSE(resolved.train.photometric_distort.has_value());
  ASSERT_EQ(resolved.warnings.size(), 1U);
  EXPECT_NE(resolved.warnings[0].find("photometric_distort is off"), std::string::npos)
      << resolved.warnings[0];
}

TEST(ResolveTransforms, WarnsWhenNoJitterSizeIsTheImageSize) {
  TransformContext context{.default_image_size = {512, 512}};
  context.run = {10000, 100, 1};
  const ResolvedTransforms resolved = resolve_transforms(auto_family(), {}, context);
  ASSERT_EQ(resolved.warnings.size(), 1U);
  EXPECT_NE(resolved.warnings[0].find("640x640, 672x672"), std::string::npos)
      << resolved.warnings[0];
}

TEST(ResolveTransforms, ValidationFollowsTrainingUnlessOverridden) {
  TransformContext context{.default_image_size = {640, 640}};
  context.run = {10000, 100, 1};
  const Value args = {{"image_size", {320, 320}},
                      {"normalize", nullptr},
                      {"val", {{"image_size", {352, 384}}, {"min_bbox_size_px", 2}}}};
  const ResolvedTransforms resolved = resolve_transforms(auto_family(), args, context);
  EXPECT_EQ(*resolved.train.image_size, (ImageSize{320, 320}));
  EXPECT_EQ(*resolved.validation.image_size, (ImageSize{352, 384}));
  EXPECT_EQ(*resolved.validation.resize->width, 384);
  EXPECT_FALSE(resolved.validation.normalize->has_value());
  EXPECT_EQ(resolved.validation.min_bbox_size_px, 2);
}

TEST(ResolveTransforms, ProblemsOfValidationHaveTheirPath) {
  const TransformContext context{.default_image_size = {640, 640}, .run = {10000, 100, 1}};
  try {
    resolve_transforms(auto_family(), {{"val", {{"resze", 1}}}}, context);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(), "Unknown key: 'transform_args.val.resze'; did you mean 'resize'?");
  }
}

TEST(ResolveTransforms, ImagesAreRgb) {
  const TransformContext context{.default_image_size = {640, 640}, .run = {10000, 100, 1}};
  EXPECT_THROW(resolve_transforms(auto_family(), {{"num_channels", 4}}, context), Error);
  EXPECT_THROW(
      resolve_transforms(auto_family(),
                         {{"normalize", {{"mean", {0.5}}, {"std", {0.5}}}}, {"num_channels", 3}},
                         context),
      Error);
  EXPECT_THROW(resolve_transforms(auto_family(), "all", context), Error);
}

}  // namespace
}  // namespace saker

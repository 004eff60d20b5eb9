#include "transforms/active_transforms.hpp"

#include <gtest/gtest.h>

#include "transforms/ltdetr_transforms.hpp"
#include "transforms/picodet_transforms.hpp"

namespace saker {
namespace {

// 72 epochs of 10 steps: strong from epoch 4 to 60, mixing up to 40.
ResolvedTransforms ltdetr(const Value& transform_args = {}) {
  return resolve_transforms(
      ltdetr_transform_family(LtdetrGeneration::kDinov3Vit, {}),
      transform_args,
      {.default_image_size = {640, 640}, .run = {.total_steps = 720, .batches_per_epoch = 10}});
}

bool has(const std::vector<std::string>& active, const std::string& name) {
  for (const std::string& text : active) {
    if (text.starts_with(name + " ")) return true;
  }
  return false;
}

TEST(ActiveTransforms, FollowThePhases) {
  const TransformSettings settings = ltdetr().train;
  EXPECT_EQ(phase_starts(settings, 720), (std::vector<std::int64_t>{0, 40, 400, 600}));
  const auto plain = active_transforms(settings, 39);
  EXPECT_EQ(plain.size(), 2U);
  EXPECT_TRUE(has(plain, "random_flip"));
  EXPECT_TRUE(has(plain, "scale_jitter"));
  const auto mixing = active_transforms(settings, 40);
  for (const char* name : {"mosaic",
                           "photometric_distort",
                           "random_zoom_out",
                           "random_iou_crop",
                           "random_flip",
                           "mixup",
                           "copyblend",
                           "scale_jitter"})
    EXPECT_TRUE(has(mixing, name)) << name;
  EXPECT_EQ(mixing.front(), "mosaic (prob 0.5)");
  const auto strong = active_transforms(settings, 400);
  EXPECT_FALSE(has(strong, "mosaic"));
  EXPECT_FALSE(has(strong, "mixup"));
  EXPECT_TRUE(has(strong, "copyblend"));
  EXPECT_EQ(active_transforms(settings, 600),
            std::vector<std::string>{"random_flip (horizontal 0.5, vertical 0)"});
}

TEST(ActiveTransforms, WhatIsOffIsNotActive) {
  const TransformSettings settings =
      ltdetr({{"mosaic", nullptr},
              {"mixup", {{"prob", 0.0}}},
              {"scale_jitter", {{"sizes", {{64, 96}, {32, 32}, {64, 96}}}, {"divisible_by", 32}}},
              {"random_flip", nullptr}})
          .train;
  const auto active = active_transforms(settings, 100);
  EXPECT_FALSE(has(active, "mosaic"));
  EXPECT_FALSE(has(active, "mixup"));
  EXPECT_FALSE(has(active, "random_flip"));
  EXPECT_EQ(active.back(), "scale_jitter (prob 1: 32x32, 64x96)");
}

TEST(ActiveTransforms, PicoDetHasOnePhase) {
  const ResolvedTransforms transforms = resolve_transforms(
      picodet_transform_family(),
      {},
      {.default_image_size = {416, 416}, .run = {.total_steps = 720, .batches_per_epoch = 10}});
  EXPECT_EQ(phase_starts(transforms.train, 720), std::vector<std::int64_t>{0});
  EXPECT_TRUE(has(active_transforms(transforms.train, 719), "random_iou_crop"));
}

}  // namespace
}  // namespace saker

#include "detectors/box_overlap.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "fill.hpp"
#include "golden.hpp"

namespace saker {
namespace {

Box box_at(std::span<const float> values, std::size_t index) {
  return {values[4 * index], values[4 * index + 1], values[4 * index + 2], values[4 * index + 3]};
}

TEST(BoxOverlap, HandComputed) {
  // Two squares of 4 that share a quarter: 4 / 28, hull 36.
  const Overlap shifted = overlap_of({0, 0, 4, 4}, {2, 2, 6, 6});
  EXPECT_FLOAT_EQ(shifted.iou, 4.0F / 28.0F);
  EXPECT_FLOAT_EQ(shifted.giou, 4.0F / 28.0F - 8.0F / 36.0F);
  const Overlap same = overlap_of({1, 2, 3, 5}, {1, 2, 3, 5});
  EXPECT_FLOAT_EQ(same.iou, 1);
  EXPECT_FLOAT_EQ(same.giou, 1);
  const Overlap apart = overlap_of({0, 0, 1, 1}, {3, 0, 4, 1});
  EXPECT_FLOAT_EQ(apart.iou, 0);
  EXPECT_FLOAT_EQ(apart.giou, -0.5F);
  EXPECT_EQ(overlap_of({5, 5, 5, 5}, {5, 5, 5, 5}).iou, 0);
}

TEST(BoxOverlap, SymmetricInItsArguments) {
  const std::vector<float> values = test::uniform("overlap.symmetry", 80, 0, 20);
  for (std::size_t i = 0; i + 8 <= values.size(); i += 8) {
    const Box a = {
        values[i], values[i + 1], values[i] + values[i + 2], values[i + 1] + values[i + 3]};
    const Box b = {
        values[i + 4], values[i + 5], values[i + 4] + values[i + 6], values[i + 5] + values[i + 7]};
    EXPECT_FLOAT_EQ(overlap_of(a, b).iou, overlap_of(b, a).iou);
    EXPECT_FLOAT_EQ(overlap_of(a, b).giou, overlap_of(b, a).giou);
  }
}

TEST(BoxOverlap, GoldenValues) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto predictions = golden.at("giou.pred").as<float>();
  const auto targets = golden.at("giou.target").as<float>();
  const auto ious = golden.at("iou.aligned").as<float>();
  const auto gious = golden.at("giou.aligned").as<float>();
  const auto pairwise = golden.at("giou.pairwise").as<float>();
  for (std::size_t i = 0; i < ious.size(); ++i) {
    const Overlap aligned = overlap_of(box_at(predictions, i), box_at(targets, i));
    EXPECT_NEAR(aligned.iou, ious[i], 1e-6 + 1e-5 * std::abs(ious[i])) << i;
    EXPECT_NEAR(aligned.giou, gious[i], 1e-6 + 1e-5 * std::abs(gious[i])) << i;
    for (std::size_t j = 0; j < 7; ++j) {
      const float expected = pairwise[i * 7 + j];
      EXPECT_NEAR(overlap_of(box_at(predictions, i), box_at(targets, j)).giou,
                  expected,
                  1e-6 + 1e-5 * std::abs(expected))
          << i << ", " << j;
    }
  }
}

TEST(BoxOverlap, GoldenLossAndGradient) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto predictions = golden.at("giou.pred").as<float>();
  const auto targets = golden.at("giou.target").as<float>();
  const auto gradient = golden.at("giou.grad").as<float>();
  const std::vector<float> weights = test::uniform("loss.giou.w", 24);
  double loss = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const OverlapSlope result = overlap_with_slope(box_at(predictions, i), box_at(targets, i));
    const double w = weights[i];
    loss += w * (1 - static_cast<double>(result.overlap.giou));
    const Box& slope = result.giou_slope;
    const std::array<float, 4> slopes = {slope.x1, slope.y1, slope.x2, slope.y2};
    for (std::size_t k = 0; k < 4; ++k) {
      const double expected = gradient[4 * i + k];
      EXPECT_NEAR(-w * static_cast<double>(slopes[k]), expected, 1e-6 + 1e-4 * std::abs(expected))
          << "box " << i << ", side " << k;
    }
  }
  const double expected = golden.at("giou.value").as<float>()[0];
  EXPECT_NEAR(loss, expected, 1e-5 * expected);
}

// Overlapping on each side, inside, around, apart along one axis and along both.
TEST(BoxOverlap, SlopeAgreesWithDifferences) {
  const Box target = {10, 10, 20, 18};
  const std::vector<Box> places = {{8, 8, 15, 14},
                                   {14, 12, 26, 22},
                                   {12, 12, 17, 16},
                                   {5, 6, 30, 25},
                                   {22, 11, 28, 15},
                                   {1, 1, 4, 5},
                                   {12, 20, 18, 27}};
  const double step = 1.0 / 64;
  for (const Box& place : places) {
    const Box slope = overlap_with_slope(place, target).giou_slope;
    const auto difference = [&](float Box::*corner) {
      Box low = place, high = place;
      low.*corner -= static_cast<float>(step);
      high.*corner += static_cast<float>(step);
      return (static_cast<double>(overlap_of(high, target).giou) -
              static_cast<double>(overlap_of(low, target).giou)) /
             (2 * step);
    };
    EXPECT_NEAR(slope.x1, difference(&Box::x1), 2e-5);
    EXPECT_NEAR(slope.y1, difference(&Box::y1), 2e-5);
    EXPECT_NEAR(slope.x2, difference(&Box::x2), 2e-5);
    EXPECT_NEAR(slope.y2, difference(&Box::y2), 2e-5);
  }
}

}  // namespace
}  // namespace saker

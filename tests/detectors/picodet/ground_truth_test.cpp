#include "detectors/picodet/ground_truth.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(GroundTruth, GoesFromFractionsToPixels) {
  const Targets targets = {{torch::tensor({{0.5F, 0.25F, 0.25F, 0.5F}}), torch::empty({0})},
                           {torch::tensor({2}, torch::kLong), torch::empty({0}, torch::kLong)}};
  const std::vector<GroundTruth> truths = ground_truth_in_pixels(targets, {64, 128}, 3);
  ASSERT_EQ(truths.size(), 2U);
  ASSERT_EQ(truths[0].size(), 1U);
  EXPECT_EQ(truths[0].boxes[0], (Box{48, 0, 80, 32}));
  EXPECT_EQ(truths[0].labels[0], 2);
  EXPECT_EQ(truths[1].size(), 0U);
}

TEST(GroundTruth, RejectsWhatDoesNotFit) {
  const torch::Tensor box = torch::tensor({{0.5F, 0.5F, 0.25F, 0.5F}});
  const auto expect_error = [](const Targets& targets) {
    try {
      ground_truth_in_pixels(targets, {64, 64}, 3);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
    }
  };
  expect_error({{box}, {torch::tensor({3}, torch::kLong)}});
  expect_error({{box}, {torch::tensor({-1}, torch::kLong)}});
  expect_error({{box}, {torch::tensor({0, 1}, torch::kLong)}});
  expect_error({{torch::ones({2, 3})}, {torch::tensor({0, 1}, torch::kLong)}});
  expect_error({{box}, {}});
}

}  // namespace
}  // namespace saker

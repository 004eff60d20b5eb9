#include "train/batch_parts.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "toy_detector.hpp"

namespace saker {
namespace {

Targets boxes_of(const std::vector<std::int64_t>& counts) {
  return test::golden_targets("parts", counts, 3);
}

TEST(BatchParts, SharesOutImagesEvenly) {
  const test::ToyDetector toy;
  const torch::Tensor images = torch::rand({5, 3, 4, 4});
  const std::vector<BatchPart> parts = split_batch(images, boxes_of({1, 0, 2, 1, 1}), 2, toy);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].count, 2);
  EXPECT_EQ(parts[1].first, 2);
  EXPECT_EQ(parts[1].count, 3);
  EXPECT_DOUBLE_EQ(parts[0].share, 0.4);
  EXPECT_DOUBLE_EQ(parts[1].share, 0.6);
  EXPECT_TRUE(torch::equal(parts[1].images, images.narrow(0, 2, 3)));
  EXPECT_EQ(parts[1].targets.classes[0].size(0), 2);
}

TEST(BatchParts, AreNeverLessThanAnImage) {
  const test::ToyDetector toy;
  EXPECT_EQ(split_batch(torch::rand({3, 3, 4, 4}), boxes_of({1, 1, 1}), 8, toy).size(), 3U);
  const auto one = split_batch(torch::rand({3, 3, 4, 4}), boxes_of({1, 1, 1}), 1, toy);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].share, 1);
}

// Without batch norm's statistics and denoising, whose exceptions the header names. One part has no
// boxes.
TEST(BatchParts, LossesOfRtdetrAddUpToThatOfTheBatch) {
  const auto detector = test::golden_ltdetr("dinov2/_vittest14-ltdetr", 3, {56, 84});
  LtdetrLossSettings losses;
  DenoisingSettings denoising;
  denoising.num_denoising = 0;
  detector->set_loss_settings(losses, denoising);
  detector->eval();
  const torch::Tensor images = torch::rand({4, 3, 56, 84});
  const Targets targets = boxes_of({3, 1, 0, 0});
  const torch::NoGradGuard no_grad;
  const double whole = detector->training_losses(images, targets, {}).total.item<double>();
  for (const std::int64_t count : {2, 4}) {
    double sum = 0;
    for (const BatchPart& part : split_batch(images, targets, count, *detector)) {
      const LossTerms terms = detector->training_losses(part.images, part.targets, {});
      sum += part.share * terms.total.item<double>();
    }
    EXPECT_NEAR(sum, whole, 1e-4 * whole) << count;
  }
}

}  // namespace
}  // namespace saker

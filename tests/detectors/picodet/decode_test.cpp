#include "detectors/picodet/decode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

using test::near;

// Logits of probability p.
float logit(double p) { return static_cast<float>(std::log(p / (1 - p))); }

TEST(Decode, CentersAreRowMajor) {
  const torch::Tensor centers = level_centers(2, 3, 8, torch::kFloat32);
  ASSERT_EQ(centers.sizes(), (std::vector<std::int64_t>{6, 2}));
  EXPECT_TRUE(centers[0].equal(torch::tensor({4.F, 4.F})));
  EXPECT_TRUE(centers[2].equal(torch::tensor({20.F, 4.F})));
  EXPECT_TRUE(centers[3].equal(torch::tensor({4.F, 12.F})));
}

TEST(Decode, DistancesAreMeansOfDistributions) {
  torch::Tensor logits = torch::zeros({1, 32});
  logits[0][8 + 5] = 100;   // top: all weight on 5
  logits[0][16] = 100;      // right: 0
  logits[0][24 + 7] = 100;  // bottom: 7
  EXPECT_TRUE(near(expected_distances(logits), torch::tensor({{3.5F, 5.F, 0.F, 7.F}}), {1e-6, 0}));
}

TEST(Decode, BoxesAreInPixelsOfTheInput) {
  std::vector<torch::Tensor> maps;
  for (const std::int64_t side : {8, 4, 2, 1}) maps.push_back(torch::zeros({1, 32, side, side}));
  const torch::Tensor boxes = decode_boxes(maps);
  ASSERT_EQ(boxes.sizes(), (std::vector<std::int64_t>{1, 64 + 16 + 4 + 1, 4}));
  // Uniform distributions reach 3.5 cells to each side.
  EXPECT_TRUE(near(boxes[0][0], torch::tensor({-24.F, -24.F, 32.F, 32.F}), {1e-4, 0}));
  EXPECT_TRUE(near(boxes[0][84], torch::tensor({-192.F, -192.F, 256.F, 256.F}), {1e-4, 0}));
}

TEST(Decode, PeaksAreLocalMaximaAboveTheThreshold) {
  torch::Tensor logits = torch::full({1, 2, 3, 5}, logit(0.001));
  logits[0][0][1][1] = logit(0.5);
  logits[0][1][1][2] = logit(0.4);  // another class, suppressed by its neighbour
  logits[0][0][1][4] = logit(0.3);
  const torch::Tensor peaks = peak_logits(logits, 0);
  EXPECT_EQ((peaks > kSuppressedLogit).sum().item<std::int64_t>(), 2);
  EXPECT_EQ(peaks[0][0][1][1].item<float>(), logit(0.5));
  EXPECT_EQ(peaks[0][0][1][4].item<float>(), logit(0.3));
}

TEST(Decode, EqualNeighboursAreAllKept) {
  const torch::Tensor logits = torch::full({1, 1, 4, 4}, logit(0.2));
  EXPECT_EQ((peak_logits(logits, 2) > kSuppressedLogit).sum().item<std::int64_t>(), 16);
}

TEST(Decode, ThresholdsRiseWithTheLevel) {
  for (std::size_t level = 0; level < 4; ++level) {
    const double threshold = kPeakThresholds[level];
    EXPECT_GT(peak_logits(torch::full({1, 1, 1, 1}, logit(threshold * 1.01)), level).item<float>(),
              kSuppressedLogit);
    EXPECT_EQ(peak_logits(torch::full({1, 1, 1, 1}, logit(threshold * 0.99)), level).item<float>(),
              -1e6F);
  }
}

TEST(Decode, ScalesThenClamps) {
  const torch::Tensor boxes = torch::tensor({{-10.F, 10.F, 50.F, 300.F}});
  EXPECT_TRUE(scale_and_clamp(boxes, {200, 100}, {100, 200})
                  .equal(torch::tensor({{0.F, 5.F, 100.F, 100.F}})));
  EXPECT_TRUE(scale_and_clamp(boxes, {200, 100}, {200, 100})
                  .equal(torch::tensor({{0.F, 10.F, 50.F, 200.F}})));
}

}  // namespace
}  // namespace saker

#include "detectors/picodet/distribution_focal_loss.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "fill.hpp"
#include "golden.hpp"

namespace saker {
namespace {

using Bins = std::array<float, kPicoDetBins>;

Bins bins_at(std::span<const float> values, std::size_t index) {
  Bins bins{};
  std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(index * kPicoDetBins),
              kPicoDetBins,
              bins.begin());
  return bins;
}

TEST(DistributionFocalLoss, HandComputed) {
  // Uniform bins: the mean is 3.5 and every cross entropy ln 8.
  const SideDistribution side = side_distribution({});
  EXPECT_FLOAT_EQ(side.mean, 3.5F);
  const DistributionFocalTerm term = distribution_focal_loss(side, 2.25F);
  EXPECT_NEAR(term.value, std::log(8.0), 1e-6);
  EXPECT_NEAR(term.slopes[2], 0.125 - 0.75, 1e-6);
  EXPECT_NEAR(term.slopes[3], 0.125 - 0.25, 1e-6);
  EXPECT_NEAR(term.slopes[5], 0.125, 1e-6);
}

TEST(DistributionFocalLoss, Golden) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const auto golden = test::read_safetensors(path);
  const std::vector<float> logits = test::uniform("loss.dfl.pred", 44 * 8, -4, 4);
  const std::vector<float> weights = test::uniform("loss.dfl.weight", 44);
  const auto targets = golden.at("dfl.target").as<float>();
  const auto gradient = golden.at("dfl.grad").as<float>();
  double sum = 0, unweighted = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const DistributionFocalTerm term =
        distribution_focal_loss(side_distribution(bins_at(logits, i)), targets[i]);
    sum += static_cast<double>(weights[i] * term.value);
    unweighted += static_cast<double>(term.value);
    for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
      const float expected = gradient[i * kPicoDetBins + bin];
      EXPECT_NEAR(weights[i] * term.slopes[bin], expected, 1e-6 + 1e-4 * std::abs(expected)) << i;
    }
  }
  const double expected = golden.at("dfl.value").as<float>()[0];
  EXPECT_NEAR(sum, expected, 1e-5 * expected);
  const double mean = golden.at("dfl.mean_value").as<float>()[0];
  EXPECT_NEAR(unweighted / 44, mean, 1e-5 * mean);
}

// Whole and broken distances, both ends, and beyond them.
TEST(DistributionFocalLoss, SlopesAgreeWithDifferences) {
  const std::vector<float> logits = test::uniform("dfl.differences", 8, -2, 2);
  const Bins bins = bins_at(logits, 0);
  const float step = 1.0F / 128;
  for (const float target : {-1.0F, 0.0F, 0.4F, 3.0F, 5.75F, 6.99F, 9.0F}) {
    const DistributionFocalTerm term = distribution_focal_loss(side_distribution(bins), target);
    for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
      Bins low = bins, high = bins;
      low[bin] -= step;
      high[bin] += step;
      const float difference = (distribution_focal_loss(side_distribution(high), target).value -
                                distribution_focal_loss(side_distribution(low), target).value) /
                               (2 * step);
      EXPECT_NEAR(term.slopes[bin], difference, 3e-4) << "target " << target << ", bin " << bin;
    }
  }
}

TEST(SideDistribution, GoldenMeansAndGradients) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const auto golden = test::read_safetensors(path);
  const std::vector<float> logits = test::uniform("loss.integral.x", 9 * 32, -5, 5);
  const std::vector<float> incoming = test::uniform("loss.integral.g", 9 * 4, -1, 1);
  const auto values = golden.at("integral.value").as<float>();
  const auto gradient = golden.at("integral.grad").as<float>();
  for (std::size_t i = 0; i < incoming.size(); ++i) {
    const SideDistribution side = side_distribution(bins_at(logits, i));
    EXPECT_NEAR(side.mean, values[i], 1e-5 * std::abs(values[i])) << i;
    for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
      const float expected = gradient[i * kPicoDetBins + bin];
      EXPECT_NEAR(incoming[i] * side.mean_slope(bin), expected, 1e-6 + 1e-4 * std::abs(expected))
          << i;
    }
  }
}

TEST(DecodeLevel, AgreesWithSingleSides) {
  const HeadOutputs outputs = test::golden_maps("decode.level", 2, 1);
  const BatchLogits logits(outputs.box_logits);
  const std::vector<Prior> priors = picodet_priors({160, 160});
  std::vector<Box> boxes(400);
  decode_level(logits.levels()[0], 1, priors.data(), boxes.data());
  for (std::size_t i = 0; i < boxes.size(); i += 7) {
    const PlaceSides sides = sides_at(logits.image(1), priors[i]);
    EXPECT_NEAR(boxes[i].x1, priors[i].x - 8 * sides[0].mean, 1e-4);
    EXPECT_NEAR(boxes[i].y1, priors[i].y - 8 * sides[1].mean, 1e-4);
    EXPECT_NEAR(boxes[i].x2, priors[i].x + 8 * sides[2].mean, 1e-4);
    EXPECT_NEAR(boxes[i].y2, priors[i].y + 8 * sides[3].mean, 1e-4);
  }
}

}  // namespace
}  // namespace saker

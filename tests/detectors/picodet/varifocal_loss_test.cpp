#include "detectors/picodet/varifocal_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fill.hpp"
#include "golden.hpp"

namespace saker {
namespace {

TEST(VarifocalLoss, HandComputed) {
  // p = 1/2: a negative costs 0.75 / 4 * ln 2; a positive q * ln 2 whatever q is.
  EXPECT_NEAR(varifocal_loss(0, 0).value, 0.1875 * std::log(2.0), 1e-7);
  EXPECT_NEAR(varifocal_loss(0, 0.6F).value, 0.6 * std::log(2.0), 1e-7);
  EXPECT_NEAR(varifocal_loss(0, 0.6F).slope, 0.6 * (0.5 - 0.6), 1e-7);
}

TEST(VarifocalLoss, Golden) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const auto golden = test::read_safetensors(path);
  const std::vector<float> logits = test::uniform("loss.vfl.pred", 17 * 5, -6, 6);
  const auto targets = golden.at("vfl.target").as<float>();
  const auto gradient = golden.at("vfl.grad").as<float>();
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const VarifocalTerm term = varifocal_loss(logits[i], targets[i]);
    sum += static_cast<double>(term.value);
    EXPECT_NEAR(term.slope, gradient[i], 1e-6 + 1e-4 * std::abs(gradient[i])) << i;
  }
  const double expected = golden.at("vfl.value").as<float>()[0];
  EXPECT_NEAR(sum, expected, 1e-5 * expected);
}

TEST(VarifocalLoss, SlopeAgreesWithDifferences) {
  const float step = 1.0F / 128;
  for (const float q : {0.0F, 1e-6F, 0.3F, 1.0F}) {
    for (const float x : {-9.0F, -2.5F, -0.25F, 0.0F, 0.5F, 3.0F, 8.0F}) {
      const double difference = (static_cast<double>(varifocal_loss(x + step, q).value) -
                                 static_cast<double>(varifocal_loss(x - step, q).value)) /
                                (2.0 * static_cast<double>(step));
      EXPECT_NEAR(varifocal_loss(x, q).slope, difference, 2e-4) << "x " << x << ", q " << q;
    }
  }
}

TEST(VarifocalLoss, NaNOfEitherSignStaysNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float x : {nan, -nan}) {
    EXPECT_TRUE(std::isnan(varifocal_loss(x, 0).value));
    EXPECT_TRUE(std::isnan(varifocal_loss(x, 0).slope));
    EXPECT_TRUE(std::isnan(varifocal_loss(x, 0.5F).value));
  }
}

TEST(VarifocalLoss, BackgroundAddsUpItsEntries) {
  const std::vector<float> logits = test::uniform("varifocal.background", 37, -30, 30);
  std::vector<float> losses(logits.size(), 1.0F), costs(logits.size(), 2.0F), slopes(logits.size());
  varifocal_background(logits.data(), 37, losses.data(), costs.data(), slopes.data());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const VarifocalTerm term = varifocal_loss(logits[i], 0);
    EXPECT_FLOAT_EQ(losses[i], 1.0F + term.value);
    EXPECT_FLOAT_EQ(slopes[i], term.slope);
    const double p = 1 / (1 + std::exp(-static_cast<double>(logits[i])));
    const double log_not_p = std::min(static_cast<double>(logits[i]), 0.0) == 0
                                 ? -static_cast<double>(logits[i]) + std::log(p)
                                 : std::log1p(-p);
    EXPECT_NEAR(term.value, -0.75 * p * p * log_not_p, 1e-6 * std::abs(log_not_p)) << logits[i];
    // -log(1 - 0.99999988) in float32 is the most that the clamped logarithm reaches.
    EXPECT_NEAR(costs[i] - 2.0F, 0.75 * p * p * std::min(-log_not_p, 15.942385), 4e-6) << logits[i];
  }
  std::vector<float> again(logits.size(), 1.0F), again_costs(logits.size(), 2.0F);
  varifocal_background(logits.data(), 37, again.data(), again_costs.data(), nullptr);
  EXPECT_EQ(again, losses);
  EXPECT_EQ(again_costs, costs);
}

}  // namespace
}  // namespace saker

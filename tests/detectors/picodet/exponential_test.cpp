#include "detectors/picodet/exponential.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace saker {
namespace {

TEST(Exponential, ExpMinusIsAccurate) {
  double worst = 0;
  for (double a = 0; a < 87; a += 0.0137) {
    const float argument = static_cast<float>(a);
    const double exact = std::exp(-static_cast<double>(argument));
    worst = std::max(worst, std::abs(static_cast<double>(exp_minus(argument)) - exact) / exact);
  }
  EXPECT_LT(worst, 3e-7);
  EXPECT_EQ(exp_minus(0), 1);
  EXPECT_LT(exp_minus(std::numeric_limits<float>::infinity()), 1e-37F);
  EXPECT_TRUE(std::isnan(exp_minus(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Exponential, Choices) {
  EXPECT_EQ(by_sign(2, 5, 7), 5);
  EXPECT_EQ(by_sign(-2, 5, 7), 7);
  EXPECT_EQ(by_sign(0, 5, 7), 5);
  EXPECT_EQ(smaller_of(3, 4), 3);
  EXPECT_EQ(smaller_of(4, 0), 0);
}

TEST(Exponential, LogOnePlusIsAccurateDownToTinyArguments) {
  double worst = 0;
  for (double a = 0; a < 87; a += 0.0137) {
    const float e = static_cast<float>(std::exp(-a));
    const double exact = std::log1p(static_cast<double>(e));
    worst = std::max(worst, std::abs(static_cast<double>(log_one_plus(e)) - exact) / exact);
  }
  EXPECT_LT(worst, 3e-7);
  EXPECT_EQ(log_one_plus(0), 0);
}

}  // namespace
}  // namespace saker

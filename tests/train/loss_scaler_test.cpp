#include "train/loss_scaler.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(LossScaler, HalvesAtOnceAndDoublesAfterManyGoodSteps) {
  LossScaler scaler;
  EXPECT_EQ(scaler.scale(), 65536);
  scaler.update(false);
  EXPECT_EQ(scaler.scale(), 32768);
  for (int step = 0; step < 1999; ++step) scaler.update(true);
  EXPECT_EQ(scaler.scale(), 32768);
  scaler.update(true);
  EXPECT_EQ(scaler.scale(), 65536);
}

TEST(LossScaler, ABadStepStartsTheCountAnew) {
  LossScaler scaler;
  for (int step = 0; step < 1999; ++step) scaler.update(true);
  scaler.update(false);
  for (int step = 0; step < 1999; ++step) scaler.update(true);
  EXPECT_EQ(scaler.scale(), 32768);
}

TEST(LossScaler, TheStateGoesOnWhereItWas) {
  LossScaler scaler;
  scaler.update(false);
  for (int step = 0; step < 1500; ++step) scaler.update(true);
  LossScaler other;
  other.restore(scaler.state());
  EXPECT_EQ(other.scale(), 32768);
  for (int step = 0; step < 500; ++step) other.update(true);
  EXPECT_EQ(other.scale(), 65536);
  PickleDict broken;
  broken.set("scale", 0.0);
  broken.set("good_steps", 0);
  EXPECT_THROW(other.restore(broken), Error);
  EXPECT_THROW(other.restore(PickleDict{}), Error);
}

}  // namespace
}  // namespace saker

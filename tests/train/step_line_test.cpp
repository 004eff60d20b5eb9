#include "train/step_line.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(StepLine, HoldsEveryField) {
  const std::string line = format_train_line(
      {.step = 10,
       .steps = 300,
       .epoch = 1,
       .loss = 3.412,
       .learning_rate = 0.001,
       .gradient_norm = std::nullopt,
       .times = {.step_seconds = 0.5, .data_seconds = 0.05, .images_per_second = 16}});
  EXPECT_EQ(line,
            "Train Step  10/300 | Epoch 1 | train_loss: 3.4120 | lr: 0.00100000 | Profiling [ Step "
            "Time 0.50s | Data Time 0.05s (10%) |   16 img/s ] | "
            "2:25 left");
}

TEST(StepLine, TheLastStepHasNoTimeLeft) {
  const std::string line =
      format_train_line({.step = 5, .steps = 5, .gradient_norm = 2.0, .times = {}});
  EXPECT_EQ(line.find("left"), std::string::npos);
  EXPECT_NE(line.find("grad_norm: 2.0000"), std::string::npos);
}

TEST(StepLine, DurationsReadWell) {
  EXPECT_EQ(format_duration(4.4), "4 s");
  EXPECT_EQ(format_duration(177), "2:57");
  EXPECT_EQ(format_duration(3777), "1:02:57");
  EXPECT_EQ(format_duration(-1), "0 s");
}

}  // namespace
}  // namespace saker

#include "api/training_processes.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(TrainingProcesses, AreAsManyAsAskedFor) {
  EXPECT_EQ(process_count("1", 4), 1);
  EXPECT_EQ(process_count("2", 4), 2);
  EXPECT_EQ(process_count("0", 4), 1);
  EXPECT_EQ(process_count("1,3", 4), 2);
}

TEST(TrainingProcesses, AreOneForEachGpuUnlessSaid) {
  EXPECT_EQ(process_count("auto", 0), 1);
  EXPECT_EQ(process_count("auto", 1), 1);
  EXPECT_EQ(process_count("auto", 4), 4);
}

TEST(TrainingProcesses, TakeTheGpusThatAreNamed) {
  EXPECT_EQ(gpu_index("auto", 2), 2);
  EXPECT_EQ(gpu_index("2", 1), 1);
  EXPECT_EQ(gpu_index("1,3", 1), 3);
}

}  // namespace
}  // namespace saker

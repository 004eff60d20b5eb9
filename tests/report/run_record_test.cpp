#include "report/run_record.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "error_message.hpp"
#include "report/run_page.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class RunRecordTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  RunRecord read() const { return read_run(folder_.path()); }

  test::TemporaryFolder folder_;
};

TEST_F(RunRecordTest, ReadsCurvesAndProgress) {
  write("config.yaml", "model: picodet/s-416\nsteps: 4\n");
  write("metrics.jsonl",
        "{\"step\": 0, \"train_loss\": 3.5}\n{\"step\": 1, \"train_loss\": null}\n"
        "{\"step\": 1, \"val_metric/map\": 0.25}\n");
  const RunRecord run = read();
  EXPECT_EQ(run.series("train_loss"), (ScalarSeries{{1, 3.5}}));
  EXPECT_EQ(run.latest("val_metric/map"), 0.25);
  EXPECT_FALSE(run.latest("none"));
  EXPECT_EQ(run.step, 2);
  EXPECT_EQ(run.steps, 4);
  EXPECT_FALSE(run.is_finished);
  EXPECT_TRUE(run.problems.empty());
}

TEST_F(RunRecordTest, OfARepeatedStepTheLastCounts) {
  write("metrics.jsonl",
        "{\"step\": 0, \"a\": 1}\n{\"step\": 1, \"a\": 2}\n{\"step\": 0, \"a\": 5}\n");
  EXPECT_EQ(read().series("a"), (ScalarSeries{{1, 5}, {2, 2}}));
}

TEST_F(RunRecordTest, ALineThatIsJustBeingWrittenIsNoProblem) {
  write("metrics.jsonl", "{\"step\": 0, \"a\": 1}\n{\"step\": 1, \"a");
  const RunRecord run = read();
  EXPECT_EQ(run.series("a").size(), 1U);
  EXPECT_TRUE(run.problems.empty());
}

TEST_F(RunRecordTest, DamagedFilesAreNamedAndTheRestIsRead) {
  write("config.yaml", "model: [\n");
  write("metrics.jsonl", "no event\n[1]\n{\"step\": \"x\"}\n{\"step\": 0, \"a\": 1}\n");
  write("best_validation.json", "{\"classes\": ");
  write("system.json", "{}");
  const RunRecord run = read();
  EXPECT_EQ(run.series("a").size(), 1U);
  ASSERT_EQ(run.problems.size(), 3U);
  EXPECT_NE(run.problems[0].find("config.yaml"), std::string::npos);
  EXPECT_NE(run.problems[1].find("3 lines"), std::string::npos) << run.problems[1];
  EXPECT_NE(run.problems[2].find("best_validation.json"), std::string::npos);
  EXPECT_NE(run_page(run).find("Not readable"), std::string::npos);
}

TEST_F(RunRecordTest, TheLogTellsOfWarningsAndOfTheEnd) {
  write("train.log",
        "[2026-01-31 12:00:00,123][INFO] Args: {}\n[2026-01-31 12:00:00,123][WARNING] low <disk>\n"
        "  more\n[2026-01-31 12:00:01,123][INFO] Training completed.\n");
  RunRecord run = read();
  EXPECT_TRUE(run.is_finished);
  ASSERT_EQ(run.warnings.size(), 1U);
  EXPECT_NE(run_page(run).find("low &lt;disk&gt;"), std::string::npos);
  std::ofstream(folder_ / "train.log", std::ios::app)
      << "[2026-01-31 13:00:00,123][INFO] Args: {}\n";
  EXPECT_FALSE(read().is_finished);
}

TEST_F(RunRecordTest, WhatIsNoRunIsSaidSo) {
  EXPECT_NE(test::message_of(ErrorKind::kIo, [&] { read_run(folder_ / "none"); }).find("--out"),
            std::string::npos);
  EXPECT_NE(test::message_of(ErrorKind::kUsage, [&] { read(); }).find("config.yaml"),
            std::string::npos);
}

}  // namespace
}  // namespace saker

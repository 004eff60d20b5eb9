// saker data check and saker data preview as a user runs them.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

class DataCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = write_synthetic_dataset({.out = folder_ / "data",
                                     .train_images = 8,
                                     .val_images = 4,
                                     .test_images = 0,
                                     .image_width = 96,
                                     .image_height = 64})
                .data_yaml.string();
  }

  test::TemporaryFolder folder_;
  std::string data_;
};

TEST_F(DataCommands, CheckOfAGoodSetSucceeds) {
  const test::ProgramResult result = test::run_program({"data", "check", data_});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_NE(result.output.find("Nothing would stop training."), std::string::npos) << result.output;
  EXPECT_EQ(result.errors, "");
}

TEST_F(DataCommands, CheckOfABrokenSetFailsAndWritesEverything) {
  write_file_atomically(folder_ / "data/labels/train/train_00003.txt", "broken\n");
  const std::string json = folder_ / "check.json";
  const std::string html = folder_ / "check.html";
  const test::ProgramResult result = test::run_program(
      {"data", "check", "--split", "train", "--json", json, "--html", html, data_});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("train_00003.txt:1: 'broken' is not a number"), std::string::npos)
      << result.output;
  const auto report = nlohmann::json::parse(read_text_file(json));
  EXPECT_EQ(report.at("training_would_stop"), true);
  EXPECT_EQ(report.at("splits").size(), 1U);
  EXPECT_NE(read_text_file(html).find("id=\"error-label-syntax\""), std::string::npos);
}

TEST_F(DataCommands, CheckOfWrongArgumentsIsAUsageError) {
  EXPECT_EQ(test::run_program({"data", "check", data_, "--split", "dev"}).exit_code, 2);
  EXPECT_EQ(test::run_program({"data", "check"}).exit_code, 2);
}

TEST_F(DataCommands, PreviewDrawsASheetAndNamesTheTransforms) {
  const std::string sheet = folder_ / "sheet.png";
  const test::ProgramResult result = test::run_program({"data",
                                                        "preview",
                                                        "--data",
                                                        data_,
                                                        "--model",
                                                        "picodet/s-416",
                                                        "--steps-total",
                                                        "40",
                                                        "--steps",
                                                        "3,30",
                                                        "--count",
                                                        "4",
                                                        "--out",
                                                        sheet,
                                                        "transform_args.image_size=[96, 96]",
                                                        "transform_args.random_zoom_out=null",
                                                        "batch_size=4",
                                                        "gradient_accumulation_steps=1"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_NE(result.output.find("step 3 of 40, epoch 1: 4 images"), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("photometric_distort (prob 0.5)"), std::string::npos);
  EXPECT_EQ(result.output.find("random_zoom_out"), std::string::npos);
  EXPECT_TRUE(result.output.ends_with(sheet + "\n"));
  EXPECT_GT(fs::file_size(sheet), 10000U);
  EXPECT_FALSE(fs::exists("preview.png"));
}

TEST_F(DataCommands, PreviewRefusesStepsThatAreNotThere) {
  const std::vector<std::string> arguments = {"data",
                                              "preview",
                                              "--data",
                                              data_,
                                              "--model",
                                              "picodet/s-416",
                                              "--out",
                                              folder_ / "sheet.png",
                                              "--steps-total",
                                              "40"};
  const auto with = [&](const std::string& steps) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--step", steps});
    return test::run_program(all);
  };
  EXPECT_EQ(with("40").exit_code, 2);
  EXPECT_NE(with("40").errors.find("steps 0 to 39"), std::string::npos);
  EXPECT_NE(with("1,x").errors.find("'x' is no integer"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "sheet.png"));
}

}  // namespace
}  // namespace saker

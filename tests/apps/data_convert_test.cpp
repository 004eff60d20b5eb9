// saker data convert as a user runs it.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

class DataConvert : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = write_synthetic_dataset({.out = folder_ / "data",
                                     .train_images = 3,
                                     .val_images = 2,
                                     .test_images = 1,
                                     .image_width = 96,
                                     .image_height = 64})
                .data_yaml.string();
  }

  test::TemporaryFolder folder_;
  std::string data_;
};

TEST_F(DataConvert, ThereAndBackAgain) {
  const std::string coco = folder_ / "coco", yolo = folder_ / "yolo", json = folder_ / "a.json";
  const test::ProgramResult there =
      test::run_program({"data", "convert", data_, coco, "--to", "coco", "--json", json});
  EXPECT_EQ(there.exit_code, 0) << there.errors;
  EXPECT_EQ(there.errors, "");
  EXPECT_TRUE(there.output.starts_with("from yolo: " + data_)) << there.output;
  EXPECT_TRUE(there.output.ends_with(coco + "/data.yaml\n")) << there.output;
  EXPECT_EQ(nlohmann::json::parse(read_text_file(json)).at("splits").size(), 3U);
  // JSON files and no data YAML: splits and image folders are found.
  const test::ProgramResult back = test::run_program({"data",
                                                      "convert",
                                                      coco + "/annotations/instances_train.json",
                                                      coco + "/annotations/instances_val.json",
                                                      yolo,
                                                      "--to",
                                                      "yolo",
                                                      "--images",
                                                      "copy"});
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  EXPECT_NE(back.output.find("5 copied"), std::string::npos) << back.output;
  EXPECT_EQ(read_file(folder_ / "data/images/val/val_00001.jpg"),
            read_file(folder_ / "yolo/images/val/val_00001.jpg"));
  for (const std::string& out : {coco, yolo})
    EXPECT_EQ(test::run_program({"data", "check", out + "/data.yaml"}).exit_code, 0) << out;
}

TEST_F(DataConvert, BadInputIsOneErrorAndNothingIsWritten) {
  test::write_text(folder_ / "voc/Annotations/a.xml", "<annotation>\n<size>\n</annotation>\n");
  const std::string out = folder_ / "out";
  const test::ProgramResult result =
      test::run_program({"data", "convert", folder_ / "voc", out, "--to", "yolo"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("Annotations/a.xml:3: is no XML"), std::string::npos)
      << result.errors;
  EXPECT_FALSE(fs::exists(out));
  EXPECT_FALSE(fs::exists(out + ".partial"));
}

TEST_F(DataConvert, WrongArgumentsAreUsageErrors) {
  EXPECT_EQ(test::run_program({"data", "convert", data_, "--to", "coco"}).exit_code, 2);
  EXPECT_EQ(test::run_program({"data", "convert", data_, folder_ / "x"}).exit_code, 2);
  const test::ProgramResult full =
      test::run_program({"data", "convert", data_, folder_ / "data", "--to", "coco"});
  EXPECT_EQ(full.exit_code, 2);
  EXPECT_NE(full.errors.find("is not empty"), std::string::npos) << full.errors;
}

}  // namespace
}  // namespace saker

// Bad input gives one clear line that names what is wrong, and the right exit code.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/atomic_file.hpp"
#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"
#include "weights/zip_writer.hpp"

namespace saker {
namespace {

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = write_synthetic_dataset({.out = folder_ / "data",
                                     .train_images = 4,
                                     .val_images = 4,
                                     .test_images = 0,
                                     .image_width = 64,
                                     .image_height = 64})
                .data_yaml.string();
  }

  std::vector<std::string> train(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"train",
                                          "--out",
                                          folder_ / "run",
                                          "--model",
                                          "picodet/s-416",
                                          "--data",
                                          data_,
                                          "--steps",
                                          "1",
                                          "batch_size=2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  // The program must fail with this code, and its only line hold all of the words.
  static void expect_failure(const std::vector<std::string>& arguments,
                             int code,
                             const std::vector<std::string>& words) {
    const test::ProgramResult result = test::run_program(arguments);
    EXPECT_EQ(result.exit_code, code) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    EXPECT_TRUE(result.errors.starts_with("saker: error: ")) << result.errors;
    for (const std::string& word : words)
      EXPECT_NE(result.errors.find(word), std::string::npos)
          << word << " is not in: " << result.errors;
  }

  test::TemporaryFolder folder_;
  std::string data_;
};

TEST_F(BadInput, NoSuchDataFile) {
  expect_failure({"train",
                  "--out",
                  folder_ / "run",
                  "--model",
                  "picodet/s-416",
                  "--data",
                  folder_ / "absent.yaml"},
                 1,
                 {"absent.yaml", "No such file"});
}

TEST_F(BadInput, UnknownKey) {
  expect_failure(train({"stpes=3"}), 2, {"stpes", "did you mean 'steps'"});
}

TEST_F(BadInput, UnknownNestedKey) {
  expect_failure(train({"transform_args.random_flip.horizontl_prob=0.5"}),
                 2,
                 {"random_flip.horizontl_prob", "horizontal_prob"});
}

TEST_F(BadInput, UnknownModel) {
  expect_failure({"train", "--out", folder_ / "run", "--model", "picodet/s-417", "--data", data_},
                 2,
                 {"picodet/s-417", "picodet/s-416"});
}

TEST_F(BadInput, UnknownClassId) {
  const std::string label = folder_ / "data/labels/train/bad.txt";
  write_file_atomically(label, "0 0.5 0.5 0.1 0.1\n99 0.5 0.5 0.1 0.1\n");
  std::filesystem::copy_file(
      std::filesystem::directory_iterator(folder_ / "data/images/train")->path(),
      folder_ / "data/images/train/bad.jpg");
  expect_failure(train({}), 1, {"bad.txt:2", "99"});
}

TEST_F(BadInput, LabelWithFourColumns) {
  write_file_atomically(folder_ / "data/labels/train/bad.txt", "0 0.5 0.5 0.1\n");
  std::filesystem::copy_file(
      std::filesystem::directory_iterator(folder_ / "data/images/train")->path(),
      folder_ / "data/images/train/bad.jpg");
  expect_failure(train({}), 1, {"bad.txt:1", "4"});
}

TEST_F(BadInput, UnreadableImage) {
  write_file_atomically(folder_ / "a.jpg", "this is no image");
  const test::ProgramResult trained =
      test::run_program(train({"transform_args.image_size=[64,64]"}));
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  const test::ProgramResult result = test::run_program(
      {"predict", "--model", folder_ / "run/exported_models/exported_last.pt", folder_ / "a.jpg"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("a.jpg"), std::string::npos) << result.errors;
}

TEST_F(BadInput, OutThatIsNotEmpty) {
  write_file_atomically(folder_ / "run/kept.txt", "kept");
  expect_failure(train({}), 2, {"not empty", "overwrite", "resume_interrupted"});
}

TEST_F(BadInput, NotACheckpoint) {
  write_file_atomically(folder_ / "model.pt", "this is no checkpoint");
  expect_failure({"predict", "--model", folder_ / "model.pt", data_}, 1, {"model.pt"});
}

// A pickle that would run a command if it were loaded the naive way.
TEST_F(BadInput, WeightsThatTryToRunCode) {
  const std::string marker = folder_ / "was-run";
  const std::string pickle = std::string("\x80\x02", 2) + "cposix\nsystem\n(X" +
                             std::string{static_cast<char>(marker.size() + 6), 0, 0, 0} + "touch " +
                             marker + "tR.";
  {
    ZipWriter zip(folder_ / "evil.pt");
    zip.add("archive/data.pkl", pickle);
    zip.finish();
  }
  expect_failure({"predict", "--model", folder_ / "evil.pt", data_}, 1, {"evil.pt", "system"});
  EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST_F(BadInput, WrongUsage) {
  EXPECT_EQ(test::run_program({}).exit_code, 2);
  EXPECT_EQ(test::run_program({"trian"}).exit_code, 2);
  EXPECT_NE(test::run_program({"trian"}).errors.find("did you mean 'train'"), std::string::npos);
  EXPECT_EQ(test::run_program({"predict", "--model"}).exit_code, 2);
  EXPECT_EQ(test::run_program({"--help"}).exit_code, 0);
  for (const char* command : {"train", "evaluate", "predict", "models", "data", "demo"}) {
    const test::ProgramResult help = test::run_program({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_GT(help.output.size(), 100U) << command;
  }
}

}  // namespace
}  // namespace saker

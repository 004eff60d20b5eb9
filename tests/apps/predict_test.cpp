// What `saker predict` writes and how it exits.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "error_message.hpp"
#include "program.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class Predict : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    const std::string data = test::small_scenes(*folder_ / "data");
    const test::ProgramResult trained =
        test::run_program(test::small_training(*folder_ / "run", data, 1));
    ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  }
  static void TearDownTestSuite() { delete folder_; }

  static test::ProgramResult predict(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "predict", "--model", (folder_->path() / "run/exported_models/exported_last.pt").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_program(arguments);
  }
  static std::string images() { return (folder_->path() / "data/images/train").string(); }

  static test::TemporaryFolder* folder_;
};

test::TemporaryFolder* Predict::folder_ = nullptr;

TEST_F(Predict, SahiLooksAtTiles) {
  const std::vector<std::string> plain = {"--threshold", "0.005", images()};
  const test::ProgramResult whole = predict(plain);
  ASSERT_EQ(whole.exit_code, 0) << whole.errors;
  const test::ProgramResult tiled = predict({"--threshold",
                                             "0.005",
                                             "--sahi",
                                             "--tile-size",
                                             "32x40",
                                             "--overlap",
                                             "0.5",
                                             "--global-local-iou-threshold",
                                             "1",
                                             "--merge",
                                             "nmm",
                                             "--overlap-measure",
                                             "ios",
                                             "--class-wise",
                                             "--batch-size",
                                             "3",
                                             images()});
  ASSERT_EQ(tiled.exit_code, 0) << tiled.errors;
  const auto whole_json = nlohmann::json::parse(whole.output);
  const auto tiled_json = nlohmann::json::parse(tiled.output);
  ASSERT_EQ(whole_json.size(), 6U);
  ASSERT_EQ(tiled_json.size(), 6U);
  std::size_t added = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(tiled_json[i]["image"], whole_json[i]["image"]);
    EXPECT_EQ(tiled_json[i]["width"], 64);
    // What was found in the whole image stays.
    EXPECT_GE(tiled_json[i]["detections"].size(), whole_json[i]["detections"].size());
    added += tiled_json[i]["detections"].size() - whole_json[i]["detections"].size();
    double score = 1;
    for (const auto& detection : tiled_json[i]["detections"]) {
      EXPECT_LE(detection["score"].get<double>(), score);
      score = detection["score"];
    }
  }
  EXPECT_GT(added, 0U);
}

// Order kept, each unreadable file told, the others' results written, exit code 1.
TEST_F(Predict, GoesOnPastUnreadableFiles) {
  const std::filesystem::path folder = *folder_ / "some";
  std::filesystem::copy(images(), folder, std::filesystem::copy_options::recursive);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::filesystem::resize_file(folder / names[2], 60);
  const std::string drawn = *folder_ / "drawn";
  for (const char* batch_size : {"1", "4"}) {
    const test::ProgramResult result = predict({"--batch-size",
                                                batch_size,
                                                "--num-workers",
                                                "3",
                                                "--draw",
                                                drawn,
                                                "--overwrite",
                                                folder.string()});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(test::contains(result.errors, names[2])) << result.errors;
    EXPECT_TRUE(test::contains(result.errors, "1 of 6 images")) << result.errors;
    const auto json = nlohmann::json::parse(result.output);
    ASSERT_EQ(json.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
      const std::string path = json[i]["image"];
      EXPECT_TRUE(path.ends_with(names[i < 2 ? i : i + 1])) << path;
    }
    const std::filesystem::directory_iterator files(drawn);
    EXPECT_EQ(std::distance(begin(files), end(files)), 5);
  }
}

TEST_F(Predict, OptionsOfSahiAreChecked) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--overlap", "0.3"}, "--sahi"},
      {{"--sahi", "--overlap", "1"}, "overlap must be"},
      {{"--sahi", "--tile-size", "32x"}, "--tile-size must be"},
      {{"--sahi", "--merge", "wbf"}, "--merge"}};
  for (const auto& [options, part] : cases) {
    std::vector<std::string> arguments = options;
    arguments.push_back(images());
    const test::ProgramResult result = predict(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.errors;
    EXPECT_TRUE(test::contains(result.errors, part)) << result.errors;
  }
}

}  // namespace
}  // namespace saker

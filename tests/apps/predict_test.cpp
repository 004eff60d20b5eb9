// What `saker predict` writes and how it exits.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "error_message.hpp"
#include "program.hpp"
#include "image/read_image.hpp"
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

// Labels lie at the left, found beside the images or in a data set; damaged ones cost only
// themselves.
TEST_F(Predict, DrawsLabelsBesideDetections) {
  const std::filesystem::path data = *folder_ / "labelled";
  std::filesystem::copy(folder_->path() / "data", data, std::filesystem::copy_options::recursive);
  const std::string inputs = (data / "images/train").string();
  const std::string drawn = *folder_ / "compared";
  const std::vector<std::string> options = {
      "--draw", drawn, "--draw-ground-truth", "--overwrite", inputs};
  const auto pictures = [&drawn] {
    std::vector<Image> images;
    for (const auto& entry : std::filesystem::directory_iterator(drawn))
      images.push_back(read_image(entry.path().string()));
    return images;
  };
  const test::ProgramResult beside = predict(options);
  ASSERT_EQ(beside.exit_code, 0) << beside.errors;
  ASSERT_EQ(pictures().size(), 6U);
  for (const Image& picture : pictures()) EXPECT_GT(picture.width(), 2 * 64);

  // Through a link the labels are not where the images seem to be; the data set knows them.
  const std::string link = *folder_ / "link";
  std::filesystem::create_directory_symlink(data / "images/train", link);
  std::vector<std::string> linked = options;
  linked.back() = link;
  ASSERT_EQ(predict(linked).exit_code, 0);
  for (const Image& picture : pictures()) EXPECT_EQ(picture.width(), 64);
  linked.insert(linked.end(), {"--data", data.string()});
  ASSERT_EQ(predict(linked).exit_code, 0);
  for (const Image& picture : pictures()) EXPECT_GT(picture.width(), 2 * 64);

  const std::filesystem::directory_iterator labels(data / "labels/train");
  std::ofstream(labels->path()) << "0 0.5 x 0.1 0.1\n";
  const test::ProgramResult damaged = predict(options);
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_TRUE(test::contains(damaged.errors, labels->path().filename().string())) << damaged.errors;
  EXPECT_TRUE(test::contains(damaged.errors, "labels of 1 images")) << damaged.errors;
  EXPECT_EQ(nlohmann::json::parse(damaged.output).size(), 6U);
  EXPECT_EQ(pictures().size(), 6U);

  EXPECT_EQ(predict({"--draw-ground-truth", inputs}).exit_code, 2);
  EXPECT_EQ(predict({"--draw",
                     drawn,
                     "--overwrite",
                     "--draw-ground-truth",
                     "--draw-style",
                     "torchvision",
                     inputs})
                .exit_code,
            2);
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

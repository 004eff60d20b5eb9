#include "data/synth/dataset.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

SyntheticDatasetSettings small(const fs::path& out) {
  return {.out = out,
          .train_images = 6,
          .val_images = 4,
          .test_images = 2,
          .image_width = 96,
          .image_height = 64};
}

// Relative path -> contents.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[fs::relative(entry.path(), folder).string()] = read_text_file(entry.path());
    }
  }
  return files;
}

ErrorKind kind_of(const SyntheticDatasetSettings& settings) {
  try {
    write_synthetic_dataset(settings);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::kInternal;
}

TEST(SyntheticDataset, TheSameSeedGivesTheSameBytes) {
  const test::TemporaryFolder folder;
  write_synthetic_dataset(small(folder / "a"));
  write_synthetic_dataset(small(folder / "b"));
  SyntheticDatasetSettings other = small(folder / "c");
  other.seed = 1;
  write_synthetic_dataset(other);
  const auto a = contents(folder / "a");
  EXPECT_EQ(a, contents(folder / "b"));
  const auto c = contents(folder / "c");
  EXPECT_NE(a.at("images/train/train_00000.jpg"), c.at("images/train/train_00000.jpg"));
  EXPECT_NE(a.at("images/train/train_00000.jpg"), a.at("images/val/val_00000.jpg"));
}

TEST(SyntheticDataset, ALongerSetBeginsWithTheShorterOne) {
  const test::TemporaryFolder folder;
  write_synthetic_dataset(small(folder / "a"));
  SyntheticDatasetSettings longer = small(folder / "b");
  longer.train_images = 7;
  write_synthetic_dataset(longer);
  const auto a = contents(folder / "a");
  const auto b = contents(folder / "b");
  EXPECT_EQ(b.size(), a.size() + 2);
  for (const auto& [path, text] : a) EXPECT_EQ(text, b.at(path)) << path;
}

TEST(SyntheticDataset, LabelsHaveSixDecimalsInTheUnitIntervalAndEveryClass) {
  const test::TemporaryFolder folder;
  const SyntheticDataset set = write_synthetic_dataset(small(folder / "a"));
  EXPECT_EQ(set.images, 12);
  std::int64_t objects = 0;
  std::map<std::string, std::set<int>> classes;
  for (const auto& [path, text] : contents(folder / "a")) {
    if (!path.starts_with("labels/")) continue;
    const std::string split = fs::path(path).parent_path().filename();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      int id = -1;
      fields >> id;
      EXPECT_GE(id, 0) << line;
      EXPECT_LT(id, 4) << line;
      classes[split].insert(id);
      objects += split != "hard";
      int count = 0;
      for (std::string field; fields >> field; ++count) {
        EXPECT_EQ(field.size() - field.find('.'), 7U) << line;
        EXPECT_GE(std::stod(field), 0) << line;
        EXPECT_LE(std::stod(field), 1) << line;
      }
      EXPECT_EQ(count, 4) << line;
    }
  }
  EXPECT_EQ(objects, set.objects);
  EXPECT_EQ(classes["train"].size(), 4U);
  EXPECT_EQ(classes["val"].size(), 4U);
}

TEST(SyntheticDataset, EveryImageHasALabelFile) {
  const test::TemporaryFolder folder;
  const SyntheticDataset set = write_synthetic_dataset(small(folder / "a"));
  const auto files = contents(folder / "a");
  std::int64_t images = 0;
  for (const auto& [path, text] : files) {
    if (!path.starts_with("images/")) continue;
    ++images;
    const std::string label = "labels" + path.substr(6, path.size() - 9) + "txt";
    EXPECT_TRUE(files.contains(label)) << label;
  }
  EXPECT_GT(images, set.images) << "the hard ones come on top";
  const std::string yaml = files.at("data.yaml");
  EXPECT_NE(yaml.find("train: images/train\n"), std::string::npos);
  EXPECT_NE(yaml.find("  3: star\n"), std::string::npos);
}

TEST(SyntheticDataset, AFolderThatIsNotEmptyIsAUsageErrorUnlessOverwritten) {
  const test::TemporaryFolder folder;
  write_synthetic_dataset(small(folder / "a"));
  EXPECT_EQ(kind_of(small(folder / "a")), ErrorKind::kUsage);
  std::ofstream(folder / "a/images/train/mine.jpg") << "mine";
  SyntheticDatasetSettings shorter = small(folder / "a");
  shorter.train_images = 2;
  shorter.test_images = 0;
  shorter.overwrite = true;
  write_synthetic_dataset(shorter);
  const auto files = contents(folder / "a");
  EXPECT_TRUE(files.contains("images/train/train_00001.jpg"));
  EXPECT_FALSE(files.contains("images/train/train_00002.jpg"));
  EXPECT_FALSE(files.contains("labels/train/train_00002.txt"));
  EXPECT_FALSE(files.contains("images/test/test_00000.jpg"));
  EXPECT_EQ(files.at("images/train/mine.jpg"), "mine") << "only what an older set wrote is removed";
  EXPECT_EQ(files.at("data.yaml").find("test:"), std::string::npos);
}

TEST(SyntheticDataset, SettingsOutOfRangeAreUsageErrors) {
  const test::TemporaryFolder folder;
  const auto with = [&](auto member, std::int64_t value) {
    SyntheticDatasetSettings settings = small(folder / "a");
    settings.*member = value;
    return settings;
  };
  EXPECT_EQ(kind_of(with(&SyntheticDatasetSettings::train_images, 0)), ErrorKind::kUsage);
  EXPECT_EQ(kind_of(with(&SyntheticDatasetSettings::val_images, 0)), ErrorKind::kUsage);
  EXPECT_EQ(kind_of(with(&SyntheticDatasetSettings::test_images, -1)), ErrorKind::kUsage);
  EXPECT_EQ(kind_of(with(&SyntheticDatasetSettings::image_width, 31)), ErrorKind::kUsage);
  EXPECT_EQ(kind_of(with(&SyntheticDatasetSettings::image_height, 5000)), ErrorKind::kUsage);
  EXPECT_EQ(kind_of(small("")), ErrorKind::kUsage);
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(kind_of(small(folder / "file")), ErrorKind::kUsage);
  EXPECT_FALSE(fs::exists(folder / "a"));
}

}  // namespace
}  // namespace saker

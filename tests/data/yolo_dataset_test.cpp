#include "data/yolo_dataset.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/data_settings.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

DataArgs args_of(const test::TemporaryFolder& folder) {
  DataArgs args;
  args.path = folder.path().string();
  args.train = "images/train";
  args.val = "images/val";
  args.names = {{0, "red"}, {3, "green"}, {7, "blue"}};
  return args;
}

std::string message_of(const DataArgs& args, ErrorKind kind) {
  try {
    read_yolo_dataset(args, "train");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(YoloDataset, ReadsImagesLabelsAndCounts) {
  const test::TemporaryFolder folder;
  for (const char* name :
       {"b.png", "a.JPG", "sub/c.webp", "missing.png", "empty.png", "ignored.png", "x.gif"}) {
    test::write_text(folder / (std::string("images/train/") + name), "");
  }
  test::write_text(folder / "labels/train/a.txt",
                   "3 0.5 0.25 0.125 1\n0 0.1 0.2 0.3 0.4\n0 0.1 0.2 0.3 0.4\n");
  test::write_text(folder / "labels/train/b.txt", "7 0.1 0.1 0.1 0.1\n3 .1 .1 .4 .1 .4 .5 .9\n");
  test::write_text(folder / "labels/train/sub/c.txt", "0 0.5 0.5 0.5 0.5");
  test::write_text(folder / "labels/train/empty.txt", "\n");
  test::write_text(folder / "labels/train/ignored.txt", "7 0.1 0.1 0.1 0.1\n");
  DataArgs args = args_of(folder);
  args.ignore_classes = {7};
  const DetectionDataset dataset = read_yolo_dataset(args, "train");
  ASSERT_EQ(dataset.size(), 6);
  EXPECT_EQ(dataset.name(0), "a.JPG");
  EXPECT_EQ(dataset.name(5), "sub/c.webp");
  EXPECT_EQ(dataset.path(1), (folder / "images/train/b.png").string());
  const Annotations first = dataset.annotations(0);
  EXPECT_EQ(first.classes, (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(first.boxes[0], (NormalizedBox{0.5, 0.25, 0.125, 1}));
  EXPECT_EQ(dataset.annotations(1).classes, std::vector<std::int64_t>{1});
  EXPECT_TRUE(dataset.annotations(2).boxes.empty());

  const DatasetStatistics& statistics = dataset.statistics();
  EXPECT_EQ(statistics.images, 6);
  EXPECT_EQ(statistics.boxes, 4);
  EXPECT_EQ(statistics.class_names, (std::vector<std::string>{"red", "green"}));
  EXPECT_EQ(statistics.boxes_per_class, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(statistics.without_label_file, 1);
  EXPECT_EQ(statistics.with_empty_label_file, 1);
  EXPECT_EQ(statistics.with_ignored_classes_only, 1);
  EXPECT_EQ(statistics.skipped_images, 0);
  EXPECT_EQ(statistics.ignored_boxes, 2);
  EXPECT_EQ(statistics.duplicate_lines, 1);
  EXPECT_EQ(statistics.wide_lines, 1);
  EXPECT_EQ(statistics.ignored_files, 1);

  args.skip_if_label_file_missing = true;
  const DetectionDataset labelled = read_yolo_dataset(args, "train");
  EXPECT_EQ(labelled.size(), 5);
  EXPECT_EQ(labelled.statistics().skipped_images, 1);
  EXPECT_EQ(labelled.statistics().without_label_file, 0);
}

TEST(YoloDataset, UnknownClassesNameFileLineAndIds) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "images/train/a.jpg", "");
  test::write_text(folder / "labels/train/a.txt", "0 1 1 1 1\n\n5 1 1 1 1\n");
  const std::string message = message_of(args_of(folder), ErrorKind::kData);
  EXPECT_NE(message.find("labels/train/a.txt:3: class 5 is unknown"), std::string::npos) << message;
  EXPECT_NE(message.find("0, 3, 7"), std::string::npos) << message;
  DataArgs args = args_of(folder);
  args.ignore_classes = {5};
  EXPECT_EQ(read_yolo_dataset(args, "train").annotations(0).classes.size(), 1U);
}

TEST(YoloDataset, BadLabelsNameFileAndLine) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "images/train/a.jpg", "");
  test::write_text(folder / "labels/train/a.txt", "0 1 1 1\n");
  EXPECT_NE(message_of(args_of(folder), ErrorKind::kData).find("labels/train/a.txt:1: 4 columns"),
            std::string::npos);
}

TEST(YoloDataset, EmptySplitsAreErrors) {
  const test::TemporaryFolder folder;
  EXPECT_NE(message_of(args_of(folder), ErrorKind::kData).find("images/train is no folder"),
            std::string::npos);
  test::write_text(folder / "images/train/a.gif", "");
  EXPECT_NE(message_of(args_of(folder), ErrorKind::kData).find("holds no image"),
            std::string::npos);
  test::write_text(folder / "images/train/a.png", "");
  DataArgs args = args_of(folder);
  args.skip_if_label_file_missing = true;
  EXPECT_NE(message_of(args, ErrorKind::kData).find("skip_if_label_file_missing"),
            std::string::npos);
  EXPECT_THROW(read_yolo_dataset(args_of(folder), "test"), Error);
  EXPECT_THROW(read_yolo_dataset(args_of(folder), "training"), Error);
}

TEST(YoloDataset, AgreesWithTheReferenceOnWhatIsListed) {
  SAKER_GOLDEN(path, "platform/listing.json");
  const auto golden = test::read_json(path);
  const test::TemporaryFolder folder;
  const test::TemporaryFolder other;
  test::write_text(other / "linked.png", "");
  const fs::path images = folder / "images/train";
  fs::create_directories(images);
  for (const auto& name : golden.at("created")) {
    const fs::path created = images / name.get<std::string>();
    if (created.filename() == "linkdir") {
      fs::create_directory_symlink(other.path(), created);
    } else if (created.filename() == "dangling.png") {
      fs::create_symlink("nowhere.png", created);
    } else if (created.filename() == "linkfile.png") {
      fs::create_symlink(other / "linked.png", created);
    } else if (created.extension().empty()) {
      fs::create_directories(created);
    } else {
      test::write_text(created, "");
    }
  }
  test::write_text(folder / "labels/train/a.txt", "0 .5 .5 .1 .1\n");
  test::write_text(folder / "labels/train/sub/g.txt", "");
  for (const bool skip : {false, true}) {
    DataArgs args = args_of(folder);
    args.skip_if_label_file_missing = skip;
    const DetectionDataset dataset = read_yolo_dataset(args, "train");
    std::int64_t i = 0;
    for (const auto& entry : golden.at(skip ? "dataset_skip_True" : "dataset_skip_False")) {
      const auto name = entry[0].get<std::string>();
      if (name == "e.gif") continue;
      ASSERT_LT(i, dataset.size());
      EXPECT_EQ(dataset.name(i), name);
      const Annotations annotations = dataset.annotations(i++);
      ASSERT_EQ(annotations.boxes.size(), entry[1].size()) << name;
      for (std::size_t b = 0; b < annotations.boxes.size(); ++b) {
        EXPECT_EQ(annotations.boxes[b],
                  (NormalizedBox{entry[1][b][0], entry[1][b][1], entry[1][b][2], entry[1][b][3]}));
      }
    }
    EXPECT_EQ(i, dataset.size());
  }
}

TEST(YoloDataset, ReadsARealDataSet) {
  SAKER_DATA(path, "bccd");
  DataArgs args;
  args.path = (path / "data.yaml").string();
  const ResolvedData data = resolve_data(args);
  EXPECT_TRUE(data.warnings.empty());
  const DetectionDataset train = read_yolo_dataset(data.args, "train");
  const DetectionDataset val = read_yolo_dataset(data.args, "val");
  EXPECT_GT(train.size(), val.size());
  EXPECT_GT(train.statistics().boxes, train.size());
  EXPECT_LT(train.memory_bytes(), static_cast<std::size_t>(train.size()) * 500);
}

}  // namespace
}  // namespace saker

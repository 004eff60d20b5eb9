#include "data/coco_dataset.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"
#include "error_message.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

const char* const kTrain = R"({
  "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 50},
             {"id": 2, "file_name": "b.png", "width": 100, "height": 50}],
  "annotations": [{"image_id": 1, "category_id": 3, "bbox": [10, 10, 20, 20]}],
  "categories": [{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}]})";
const char* const kVal = R"({
  "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 50}],
  "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 20, 20]},
                  {"image_id": 1, "category_id": 8, "bbox": [0, 0, 20, 20]}],
  "categories": [{"id": 1, "name": "wolf"}, {"id": 8, "name": "bird"}]})";

DataArgs small_set(const test::TemporaryFolder& folder) {
  test::write_text(folder / "annotations/train.json", kTrain);
  test::write_text(folder / "annotations/val.json", kVal);
  for (const char* name : {"a.png", "b.png"})
    test::write_text(folder / (std::string("images/") + name), "");
  DataArgs args;
  args.coco.train = {folder / "annotations/train.json", "../images"};
  args.coco.val = {folder / "annotations/val.json", "../images"};
  return resolve_data(args).args;
}

TEST(CocoDataset, ClassesOfTheTrainFileCountForAllSplits) {
  const test::TemporaryFolder folder;
  const DataArgs args = small_set(folder);
  const DetectionDataset train = read_dataset(args, "train");
  EXPECT_EQ(train.classes().kept(), (ClassNames{{3, "cat"}, {1, "dog"}}));
  EXPECT_EQ(train.size(), 2);
  EXPECT_EQ(train.path(0), (fs::canonical(folder.path()) / "images/a.png").string());
  EXPECT_EQ(train.annotations(0).boxes[0], (NormalizedBox{0.2, 0.4, 0.2, 0.4}));
  EXPECT_EQ(train.image_size(1), (PixelSize{100, 50}));
  EXPECT_EQ(train.statistics().without_label_file, 1);
  const DetectionDataset shared = read_dataset(args, "val", &train);
  const DetectionDataset alone = read_dataset(args, "val");
  for (const DetectionDataset* val : {&shared, &alone}) {
    EXPECT_EQ(val->classes().kept(), train.classes().kept());
    EXPECT_EQ(val->annotations(0).classes, std::vector<std::int64_t>{1});
    EXPECT_EQ(val->statistics().unknown_boxes, 1);
    const std::vector<std::string> warnings = val->statistics().warnings();
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_TRUE(test::contains(warnings[0], "1 box left out")) << warnings[0];
    EXPECT_TRUE(test::contains(warnings[1], "'wolf', but 'dog' in the train file")) << warnings[1];
  }
}

TEST(CocoDataset, MissingImagesAreFoundBeforeTheFirstStep) {
  const test::TemporaryFolder folder;
  DataArgs args = small_set(folder);
  fs::remove(folder / "images/b.png");
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { read_dataset(args, "train"); });
  EXPECT_TRUE(test::contains(message, "train.json: images[1].file_name 'b.png'")) << message;
  EXPECT_TRUE(test::contains(message, "1 of 2 images")) << message;
}

TEST(CocoDataset, SplitsThatAreNotThere) {
  const test::TemporaryFolder folder;
  DataArgs args = small_set(folder);
  EXPECT_TRUE(
      test::contains(test::message_of(ErrorKind::kUsage, [&] { read_dataset(args, "test"); }),
                     "data.test.annotations"));
  test::message_of(ErrorKind::kUsage, [&] { read_dataset(args, "training"); });
  args.coco.skip_if_annotations_missing = true;
  EXPECT_EQ(read_dataset(args, "train").size(), 1);
  test::write_text(folder / "annotations/train.json",
                   R"({"images": [], "annotations": [], "categories": []})");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kData, [&] { read_dataset(args, "train"); }), "categories"));
}

TEST(CocoDataset, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/coco_cases.json");
  const auto golden = test::read_json(path);
  const test::TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  test::write_text(root / "ann.json", golden.at("coco").dump());
  for (const auto& image : golden.at("coco").at("images"))
    test::write_text(root / "imgs" / image.at("file_name").get<std::string>(), "");
  for (const auto& [name, expected] : golden.at("results_path_boxes_internal_classes").items()) {
    DataArgs args;
    args.coco.train = {root / "ann.json", "imgs"};
    args.coco.val = args.coco.train;
    args.coco.skip_if_annotations_missing = name.starts_with("skip_True");
    if (name.ends_with("[1]")) args.ignore_classes = {1};
    const DetectionDataset dataset = read_dataset(resolve_data(args).args, "train");
    ASSERT_EQ(dataset.size(), static_cast<std::int64_t>(expected.size())) << name;
    for (std::int64_t i = 0; i < dataset.size(); ++i) {
      const auto& entry = expected[static_cast<std::size_t>(i)];
      EXPECT_EQ(dataset.path(i), (root / entry[0].get<std::string>()).string());
      const Annotations annotations = dataset.annotations(i);
      EXPECT_EQ(annotations.classes, entry[2].get<std::vector<std::int64_t>>()) << name;
      ASSERT_EQ(annotations.boxes.size(), entry[1].size()) << name;
      for (std::size_t b = 0; b < annotations.boxes.size(); ++b) {
        const NormalizedBox& box = annotations.boxes[b];
        const double values[] = {box.center_x, box.center_y, box.width, box.height};
        for (std::size_t k = 0; k < 4; ++k)
          EXPECT_NEAR(values[k], entry[1][b][k].get<double>(), 1e-15) << name;
      }
    }
  }
}

}  // namespace
}  // namespace saker

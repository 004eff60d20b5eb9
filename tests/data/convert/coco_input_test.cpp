#include "data/convert/coco_input.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

constexpr const char* kCats = R"({
"images": [{"id": 7, "file_name": "x/a.jpg", "width": 100, "height": 50},
           {"id": 3, "file_name": "../b.jpg", "width": 100, "height": 50}],
"annotations": [{"image_id": 3, "category_id": 9, "bbox": [1, 2, 3, 4], "iscrowd": 1},
                {"image_id": 7, "category_id": 2, "bbox": [0.1, 0.2, 3, 4]}],
"categories": [{"id": 9, "name": "cat"}, {"id": 2, "name": "dog"}]})";

class CocoInputTest : public ::testing::Test {
 protected:
  ConversionSet read(const std::string& json, const CocoInputArgs& args) {
    test::write_text(folder_ / "annotations/train.json", json);
    input_.format = LabelFormat::kCoco;
    input_.folders_are_told = false;
    input_.data.coco.train.annotations = folder_ / "annotations/train.json";
    return read_coco_input(input_, args);
  }
  std::string error_of(const std::string& json) {
    return test::message_of(ErrorKind::kData, [&] { read(json, {.need_images = false}); });
  }

  test::TemporaryFolder folder_;
  ConversionInput input_;
};

TEST_F(CocoInputTest, EntriesBecomeImagesWithTheirBoxes) {
  const ConversionSet set =
      read(kCats, {.image_folder = folder_ / "pictures", .need_images = false});
  EXPECT_EQ(set.classes, (ClassNames{{9, "cat"}, {2, "dog"}}));
  ASSERT_EQ(set.splits.size(), 1U);
  ASSERT_EQ(set.splits[0].images.size(), 2U);
  const ConvertedImage& a = set.splits[0].images[0];
  EXPECT_EQ(a.name, "x/a.jpg");
  EXPECT_EQ(a.path, (folder_ / "pictures/x/a.jpg").string());
  EXPECT_TRUE(a.place.ends_with("train.json: images[0]"));
  EXPECT_EQ(a.size, (PixelSize{100, 50}));
  EXPECT_EQ(a.boxes.at(0).box, (PixelBox{0.1, 0.2, 3, 4}));
  EXPECT_FALSE(a.boxes[0].is_crowd);
  const ConvertedImage& b = set.splits[0].images[1];
  EXPECT_EQ(b.name, "b.jpg");  // never above the folder that is written
  EXPECT_EQ(b.boxes.at(0).class_id, 9);
  EXPECT_TRUE(b.boxes[0].is_crowd);
}

TEST_F(CocoInputTest, TheFolderOfTheImagesIsLookedFor) {
  test::write_text(folder_ / "images/train/x/a.jpg", "picture");
  test::write_text(folder_ / "images/b.jpg", "picture");
  const ConversionSet set = read(kCats, {});
  EXPECT_EQ(set.splits[0].folder, (folder_ / "images/train").string());
}

TEST_F(CocoInputTest, ImagesThatAreNotThereAreAnErrorWithTheirPlace) {
  const std::string message = test::message_of(ErrorKind::kData, [&] { read(kCats, {}); });
  EXPECT_TRUE(test::contains(message, "train.json: images[0].file_name 'x/a.jpg' is not in "))
      << message;
}

TEST_F(CocoInputTest, AnUnknownCategoryIsAnErrorUnlessItIsIgnored) {
  std::string json = kCats;
  json.replace(json.find("\"category_id\": 2"), 16, "\"category_id\": 4");
  EXPECT_TRUE(
      test::contains(error_of(json), "annotations[1].category_id 4 is the id of no category in "));
  input_.data.ignore_classes = {4};
  EXPECT_EQ(read(json, {.need_images = false}).classes,
            (ClassNames{{9, "cat"}, {2, "dog"}, {4, "class 4"}}));
}

}  // namespace
}  // namespace saker

#include "data/coco_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "error_message.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

const char* const kImages =
    R"("images": [{"id": 5, "file_name": "a.png", "width": 200, "height": 100}])";
const char* const kCategories = R"("categories": [{"id": 7, "name": "z"}])";
const char* const kAnnotations =
    R"("annotations": [{"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]}])";

std::string file_with(const std::string& images,
                      const std::string& categories,
                      const std::string& annotations) {
  return "{" + images + ", " + categories + ", " + annotations + "}";
}

std::string message_of(const std::string& text) {
  return test::message_of(ErrorKind::kData, [&] { parse_coco(text, "a.json"); });
}

std::string annotation_message(const std::string& entry) {
  return message_of(file_with(kImages, kCategories, "\"annotations\": [" + entry + "]"));
}

TEST(CocoFile, KeepsWhatDetectionNeedsInAnyOrderOfTheLists) {
  const std::string text = R"({"info": {"year": [1, {"a": null}]}, "annotations": [
      {"id": 1, "image_id": 9, "category_id": 1, "bbox": [5.5, 4.25, 1e1, 0], "iscrowd": 1},
      {"id": 2, "image_id": 5, "category_id": 90, "bbox": [1, 2, 3, 4],
       "segmentation": [[1, 2, 3]], "area": {"x": 1}},
      {"id": 3, "image_id": 9, "category_id": 7, "bbox": [0, 0, 1, 1], "iscrowd": 0}],
    "categories": [{"id": 7, "name": "z", "supercategory": "s"}, {"id": 1, "name": "x"}],
    "images": [{"id": 5, "file_name": "s/\u00e4.png", "width": 200.0, "height": 100},
               {"id": 9, "file_name": "b.png", "width": 50, "height": 40}]})";
  const CocoFile file = parse_coco(text, "a.json");
  EXPECT_EQ(file.categories, (ClassNames{{7, "z"}, {1, "x"}}));
  ASSERT_EQ(file.images.size(), 2U);
  EXPECT_EQ(file.images[0].file_name, "s/\u00e4.png");
  EXPECT_EQ(file.images[0].size, (PixelSize{200, 100}));
  ASSERT_EQ(file.annotations_of(0).size(), 1U);
  ASSERT_EQ(file.annotations_of(1).size(), 2U);
  EXPECT_EQ(file.annotations_of(0)[0].category_id, 90);
  EXPECT_EQ(file.annotations_of(1)[0].box, (PixelBox{5.5, 4.25, 10, 0}));
  EXPECT_EQ(file.annotations_of(1)[1].category_id, 7);
  EXPECT_EQ(file.crowd_boxes, 1);
  EXPECT_EQ(file.polygons, 1);
}

TEST(CocoFile, ErrorsNameTheFileAndThePlace) {
  const std::string good = R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]}, )";
  EXPECT_TRUE(annotation_message(good + R"({"image_id": 5, "category_id": 7})")
                  .starts_with("a.json: annotations[1] has no 'bbox'"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3]})")
                  .starts_with("a.json: annotations[0].bbox has 3 numbers"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 5, "category_id": 7, "bbox": [1, "2", 3, 4]})")
                  .starts_with("a.json: annotations[0].bbox[1] must be a number but is text"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4, 5]})")
                  .starts_with("a.json: annotations[0].bbox[4] is one number too many"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 5, "category_id": 7, "bbox": {"x": 1}})")
                  .starts_with("a.json: annotations[0].bbox must be a list"));
  EXPECT_TRUE(annotation_message(R"({"image_id": "5", "category_id": 7, "bbox": [1, 2, 3, 4]})")
                  .starts_with("a.json: annotations[0].image_id must be an integer but is text"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 5, "category_id": 7.5, "bbox": [1, 2, 3, 4]})")
                  .starts_with("a.json: annotations[0].category_id must be an integer"));
  EXPECT_TRUE(annotation_message(R"({"image_id": 6, "category_id": 7, "bbox": [1, 2, 3, 4]})")
                  .starts_with("a.json: annotations[0].image_id 6 is the id of no image"));
  EXPECT_TRUE(annotation_message(good + "7").starts_with("a.json: annotations[1] must be a map"));
}

TEST(CocoFile, NumbersThatAreNotFiniteAreErrors) {
  for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999"}) {
    const std::string message = annotation_message(
        std::string(R"({"image_id": 5, "category_id": 7, "bbox": [1, )") + number + ", 3, 4]}");
    EXPECT_TRUE(message.starts_with("a.json: annotations[0].bbox[1] ")) << message;
  }
}

TEST(CocoFile, ImagesAndCategoriesAreChecked) {
  const auto images = [](const std::string& entries) {
    return message_of(file_with("\"images\": [" + entries + "]", kCategories, kAnnotations));
  };
  EXPECT_TRUE(images(R"({"id": 5, "file_name": "a", "width": 0, "height": 1})")
                  .starts_with("a.json: images[0].width is 0"));
  EXPECT_TRUE(images(R"({"id": 5, "file_name": "a", "width": 1, "height": -3})")
                  .starts_with("a.json: images[0].height is -3"));
  EXPECT_TRUE(images(R"({"id": 5, "file_name": "", "width": 1, "height": 1})")
                  .starts_with("a.json: images[0].file_name is empty"));
  EXPECT_TRUE(images(R"({"id": 5, "file_name": "a\u0000b", "width": 1, "height": 1})")
                  .starts_with("a.json: images[0].file_name holds a zero byte"));
  EXPECT_TRUE(images(R"({"id": 5, "file_name": 3, "width": 1, "height": 1})")
                  .starts_with("a.json: images[0].file_name must be text"));
  const std::string image = R"({"id": 5, "file_name": "a", "width": 1, "height": 1})";
  EXPECT_TRUE(
      images(image + ", " + image).starts_with("a.json: images[1].id 5 stands in images[0] too"));
  const std::string categories = message_of(file_with(
      kImages,
      R"("categories": [{"id": 7, "name": "a"}, {"id": 8, "name": "b"}, {"id": 7, "name": "c"}])",
      kAnnotations));
  EXPECT_TRUE(categories.starts_with("a.json: categories[2].id 7 stands in categories[0] too"))
      << categories;
}

TEST(CocoFile, OtherJsonAndNoJson) {
  EXPECT_TRUE(message_of("[]").starts_with("a.json: is a list"));
  EXPECT_TRUE(message_of("3").starts_with("a.json: must be a map"));
  EXPECT_TRUE(message_of("").starts_with("a.json: is no JSON: "));
  EXPECT_TRUE(message_of("{\"images\": [{\"id\": 1,]}").starts_with("a.json: images[0]"));
  EXPECT_TRUE(message_of("{\"images\": 3}").starts_with("a.json: images must be a list"));
  EXPECT_TRUE(message_of("{}").starts_with("a.json: has no 'images'"));
  EXPECT_TRUE(message_of(std::string("{") + kImages + "," + kImages + "}")
                  .starts_with("a.json: images stands twice"));
  const std::string deep(100000, '[');
  EXPECT_TRUE(test::contains(message_of("{\"info\": " + deep), "nested deeper than 64 levels"));
}

TEST(CocoFile, FilesLongerThanABlockAreRead) {
  const test::TemporaryFolder folder;
  std::string entries;
  for (int i = 0; i < 30000; ++i)
    entries += std::string(i == 0 ? "" : ", ") +
               R"({"image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]})";
  std::ofstream(folder / "a.json")
      << file_with(kImages, kCategories, "\"annotations\": [" + entries + "]");
  ASSERT_GT(std::filesystem::file_size(folder / "a.json"), std::uintmax_t{1} << 20);
  EXPECT_EQ(read_coco_file(folder / "a.json").annotations.size(), 30000U);
  EXPECT_EQ(read_coco_categories(folder / "a.json"), (ClassNames{{7, "z"}}));
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kIo, [&] { read_coco_file(folder / "absent.json"); }),
      "absent.json"));
  test::message_of(ErrorKind::kIo, [&] { read_coco_file(folder.path()); });
}

TEST(CocoFile, EntriesThatAreWrongCanBeLeftOutOneByOne) {
  CocoFileDetails details;
  const CocoFile file = parse_coco(
      R"({"images": [{"id": 5, "file_name": "a.png", "width": 0, "height": {"x": 1}}, [1],
                     {"id": 6, "file_name": "b.png", "width": 2, "height": 1}],
          "annotations": [{"image_id": 6, "category_id": 7, "bbox": [1, 2, 3, 4, 5]},
                          {"image_id": 6, "category_id": 7, "bbox": [[1], {"a": [2]}, 3, 4]},
                          {"image_id": 6, "category_id": 7, "bbox": [1, 2, 3, 4]}],
          "categories": [{"id": 7, "name": "z"}, {"id": 7, "name": "y"}, {"id": 8, "name": "x"}]})",
      "a.json",
      details);
  ASSERT_EQ(file.images.size(), 1U);
  EXPECT_EQ(file.images[0].entry, 2);
  ASSERT_EQ(file.annotations_of(0).size(), 1U);
  EXPECT_EQ(file.annotations_of(0)[0].entry, 2);
  EXPECT_EQ(file.categories, (ClassNames{{7, "z"}, {8, "x"}}));
  // The first problem of each entry.
  std::vector<std::string> places;
  for (const CocoFileDetails::Problem& problem : details.problems) places.push_back(problem.place);
  EXPECT_EQ(places,
            (std::vector<std::string>{"images[0].width",
                                      "images[1]",
                                      "annotations[0].bbox[4]",
                                      "annotations[1].bbox[0]",
                                      "categories[1].id"}));
}

}  // namespace
}  // namespace saker

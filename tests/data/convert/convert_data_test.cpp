#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "error_message.hpp"
#include "image/encode.hpp"
#include "loaded_sets.hpp"
#include "saker/data_convert.hpp"
#include "small_set.hpp"
#include "voc_set.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

class ConvertData : public ::testing::Test {
 protected:
  void SetUp() override {
    set_.add_good("train", 2);
    set_.add_good("val", 1);
    // Turned by EXIF: stored as 128 x 64, upright 64 x 128.
    test::write_bytes(set_.image_path("train/phone.jpg"),
                      test::jpeg_with_orientation(test::picture(128, 64, 9), 6));
    set_.add_label("train/phone.txt",
                   "1 0.123456789012345 0.5 0.1 0.3333333333333333\n7 0.5 0.5 0.2 0.2\n");
    set_.add_image("train/sub/negative.png", 33, 17);
    test::write_text(set_.root() / "data.yaml",
                     "path: .\ntrain: images/train\nval: images/val\nnames: {5: dog, 1: cat, 0: "
                     "cow}\nignore_classes: [0, 7]\n");
  }

  ConvertDataResult convert(const std::string& in,
                            const std::string& to,
                            const std::string& images = "link") {
    return convert_data({.in = {in}, .out = out_ / to, .to = to, .images = images});
  }
  nlohmann::json train_json() const {
    return nlohmann::json::parse(read_text_file(out_ / "coco/annotations/instances_train.json"));
  }

  test::SmallSet set_;
  test::TemporaryFolder out_;
};

TEST_F(ConvertData, YoloToCocoToYoloIsTheSameToATraining) {
  const std::string yaml = set_.root() / "data.yaml";
  const ConvertDataResult coco = convert(yaml, "coco");
  EXPECT_EQ(coco.data_yaml, (out_ / "coco/data.yaml").string());
  // The id that names lack got a name, so that the file is whole to others.
  EXPECT_EQ(coco.classes, (ClassNames{{5, "dog"}, {1, "cat"}, {0, "cow"}, {7, "class 7"}}));
  EXPECT_EQ(coco.linked_images, 5);
  ASSERT_EQ(coco.splits.size(), 2U);
  EXPECT_EQ(coco.splits[0].images, 4);
  EXPECT_EQ(coco.splits[0].images_without_boxes, 1);
  EXPECT_EQ(coco.splits[0].boxes, 6);
  const ConvertDataResult back = convert(coco.data_yaml, "yolo");
  EXPECT_EQ(back.found, coco.data_yaml);
  for (const char* split : {"train", "val"}) {
    test::expect_same_split({.path = yaml}, {.path = coco.data_yaml}, split);
    test::expect_same_split({.path = yaml}, {.path = back.data_yaml}, split);
  }
  EXPECT_EQ(resolve_data({.path = back.data_yaml}).args.ignore_classes,
            (std::vector<std::int64_t>{0, 7}));
  EXPECT_TRUE(fs::exists(out_ / "yolo/images/train/sub/negative.png"));
  EXPECT_EQ(read_text_file(out_ / "yolo/labels/train/sub/negative.txt"), "");
}

TEST_F(ConvertData, CocoFilesHaveUprightSizesAndEveryField) {
  convert(set_.root() / "data.yaml", "coco");
  const nlohmann::json train = train_json();
  ASSERT_EQ(train.at("images").size(), 4U);
  const nlohmann::json& phone = train.at("images")[2];
  EXPECT_EQ(phone.at("file_name"), "phone.jpg");
  EXPECT_EQ(phone.at("id"), 3);
  EXPECT_EQ(phone.at("width"), 64);
  EXPECT_EQ(phone.at("height"), 128);
  const nlohmann::json& box = train.at("annotations")[4];
  EXPECT_EQ(box.at("id"), 5);
  EXPECT_EQ(box.at("image_id"), 3);
  EXPECT_EQ(box.at("category_id"), 1);
  EXPECT_EQ(box.at("iscrowd"), 0);
  EXPECT_NEAR(box.at("bbox")[0].get<double>(), (0.123456789012345 - 0.05) * 64, 1e-12);
  EXPECT_NEAR(box.at("bbox")[3].get<double>(), 128.0 / 3, 1e-12);
  EXPECT_NEAR(box.at("area").get<double>(), 6.4 * 128 / 3, 1e-11);
  EXPECT_EQ(train.at("categories")[0], (nlohmann::json{{"id", 5}, {"name", "dog"}}));
  // Ids go on in the next file.
  const auto val =
      nlohmann::json::parse(read_text_file(out_ / "coco/annotations/instances_val.json"));
  EXPECT_EQ(val.at("images")[0].at("id"), 5);
  EXPECT_EQ(val.at("annotations")[0].at("id"), 7);
}

TEST_F(ConvertData, ImagesCanStayWhereTheyAre) {
  const std::string yaml = set_.root() / "data.yaml";
  const ConvertDataResult coco = convert(yaml, "coco", "none");
  EXPECT_FALSE(fs::exists(out_ / "coco/images"));
  test::expect_same_split({.path = yaml}, {.path = coco.data_yaml}, "train");
  const ConvertDataResult yolo = convert(coco.data_yaml, "yolo", "none");
  ASSERT_EQ(yolo.warnings.size(), 1U);
  EXPECT_TRUE(test::contains(yolo.warnings[0], "no image was written"));
}

TEST_F(ConvertData, VocBecomesYolo) {
  test::VocSet voc;
  voc.add("a", {"zebra", "cat"});
  voc.add("b", {});
  voc.list("train", "a\n");
  voc.list("val", "b\n");
  const ConvertDataResult result = convert(voc.root(), "yolo");
  EXPECT_EQ(result.from, "voc");
  EXPECT_EQ(result.difficult_boxes, 1);
  EXPECT_EQ(read_text_file(out_ / "yolo/labels/train/a.txt"),
            "1 0.225 0.3333333333333333 0.25 0.3333333333333333\n"
            "0 0.225 0.3333333333333333 0.25 0.3333333333333333\n");
  EXPECT_EQ(read_text_file(out_ / "yolo/labels/val/b.txt"), "");
  const ConvertDataResult strict = convert_data(
      {.in = {voc.root()}, .out = out_ / "strict", .to = "coco", .keep_difficult = false});
  EXPECT_EQ(strict.splits[0].boxes, 1);
}

TEST_F(ConvertData, SizesThatDifferFromTheFileAreSaid) {
  test::VocSet voc;
  voc.add("a", {"cat"});
  std::string xml = test::VocSet::xml("a.png", {"cat"});
  xml.replace(xml.find("<width>40"), 9, "<width>80");
  test::write_text(voc.root() / "Annotations/a.xml", xml);
  const ConvertDataResult result = convert(voc.root(), "yolo");
  EXPECT_EQ(result.images_of_other_size, 1);
  EXPECT_TRUE(test::contains(result.warnings.at(0), "80x30 in ")) << result.warnings[0];
  EXPECT_TRUE(test::contains(result.warnings[0], "has 40x30 pixels")) << result.warnings[0];
  EXPECT_TRUE(test::contains(result.warnings.at(1), "there is no val split"));
}

TEST_F(ConvertData, TwoImagesOfOneLabelFileAreAnErrorAndNothingIsWritten) {
  const ConvertDataResult coco = convert(set_.root() / "data.yaml", "coco");
  test::write_bytes(out_ / "coco/images/train/good0.png", encode_png(test::picture(64, 48, 1)));
  const std::string path = out_ / "coco/annotations/instances_train.json";
  std::string json = read_text_file(path);
  json.replace(json.find("good1.jpg"), 9, "good0.png");
  test::write_text(path, json);
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { convert(coco.data_yaml, "yolo"); });
  EXPECT_TRUE(test::contains(message, "images[0]: 'good0.jpg' and ")) << message;
  EXPECT_TRUE(test::contains(message,
                             "images[1]: 'good0.png', both of the split train, would be "
                             "the same file 'good0.txt'"))
      << message;
  EXPECT_FALSE(fs::exists(out_ / "yolo"));
  EXPECT_FALSE(fs::exists(out_ / "yolo.partial"));
}

TEST_F(ConvertData, NamesThatAreNoUtf8CannotStandInJson) {
  set_.add_image("train/caf\xe9.jpg");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kData, [&] { convert(set_.root() / "data.yaml", "coco"); }),
      "the name is no UTF-8"));
}

TEST_F(ConvertData, WrongArgumentsAreUsageErrors) {
  const std::string yaml = set_.root() / "data.yaml";
  const auto error_of = [&](ConvertDataArgs args) {
    args.out = out_ / "x";
    return test::message_of(ErrorKind::kUsage, [&] { convert_data(args); });
  };
  EXPECT_TRUE(test::contains(error_of({.in = {}, .to = "yolo"}), "in is empty"));
  EXPECT_TRUE(test::contains(error_of({.in = {yaml}, .to = "voc"}), "must be yolo or coco"));
  EXPECT_TRUE(test::contains(error_of({.in = {yaml}, .to = "yolo"}), "is yolo data already"));
  EXPECT_TRUE(
      test::contains(error_of({.in = {yaml}, .to = "coco", .from = "xml"}), "from is 'xml'"));
  EXPECT_TRUE(
      test::contains(error_of({.in = {yaml}, .to = "coco", .images = "move"}), "images is 'move'"));
  EXPECT_TRUE(test::contains(error_of({.in = {yaml}, .to = "coco", .classes = {"cat"}}),
                             "classes are for Pascal VOC"));
  EXPECT_TRUE(
      test::contains(error_of({.in = {yaml}, .to = "coco", .keep_crowd = false}), "crowds"));
  EXPECT_TRUE(
      test::contains(error_of({.in = {yaml}, .to = "coco", .keep_difficult = false}), "difficult"));
  EXPECT_TRUE(
      test::contains(error_of({.in = {yaml}, .to = "coco", .image_folder = "a"}), "image_folder"));
  test::message_of(ErrorKind::kUsage,
                   [&] { convert_data({.in = {yaml}, .out = set_.root(), .to = "coco"}); });
}

TEST_F(ConvertData, TheResultAsASettingsTree) {
  const Value value = to_value(convert(set_.root() / "data.yaml", "coco"));
  EXPECT_EQ(value.at("to"), Value("coco"));
  EXPECT_EQ(value.at("splits").as_array().at(0).at("boxes"), Value(6));
  EXPECT_EQ(value.at("classes").as_array().at(0), (Value{{"id", 5}, {"name", "dog"}}));
  EXPECT_TRUE(value.at("warnings").as_array().empty());
}

}  // namespace
}  // namespace saker

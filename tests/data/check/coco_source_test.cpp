// COCO data: every problem with its place in the JSON file.
#include "data/check/coco_source.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "error_message.hpp"
#include "saker/data_check.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

using nlohmann::json;

class CocoCheck : public ::testing::Test {
 protected:
  CocoCheck() {
    for (const char* split : {"train", "val"}) {
      json& file = files_[split];
      file = {{"images", json::array()},
              {"annotations", json::array()},
              {"categories", {{{"id", 3}, {"name", "cat"}}, {{"id", 1}, {"name", "dog"}}}}};
      for (int i = 0; i < 3; ++i) {
        const std::string name = "good" + std::to_string(i) + ".jpg";
        set_.add_image(std::string(split) + "/" + name);
        file["images"].push_back(
            {{"id", i + 10}, {"file_name", name}, {"width", 64}, {"height", 48}});
        add_box(split, i + 10, 3, {11, 12, 16, 24});
        add_box(split, i + 10, 1, {40, 12, 16, 12});
      }
    }
  }

  void add_box(const std::string& split, int image, int category, const json& box) {
    files_[split]["annotations"].push_back(
        {{"id", 1}, {"image_id", image}, {"category_id", category}, {"bbox", box}});
  }
  std::string path(const std::string& split) const { return set_.root() / (split + ".json"); }

  DataCheckReport check(const std::vector<std::string>& splits = {}, bool quick = false) {
    for (const auto& [split, file] : files_) test::write_text(path(split), file.dump());
    return check_written(splits, quick);
  }
  DataCheckReport check_written(const std::vector<std::string>& splits = {}, bool quick = false) {
    args_.coco.train = {.annotations = path("train"), .images = "images/train"};
    args_.coco.val = {.annotations = path("val"), .images = "images/val"};
    return check_data({.data = args_, .splits = splits, .threads = 2, .quick = quick});
  }
  DataFinding only(const DataCheckReport& report, const std::string& kind) {
    const std::vector<DataFinding> found = test::findings_of(report, kind);
    EXPECT_EQ(found.size(), 1U) << kind;
    return found.empty() ? DataFinding() : found.front();
  }

  test::SmallSet set_;
  std::map<std::string, json> files_;
  DataArgs args_;
};

TEST_F(CocoCheck, NothingIsMadeOfWhatIsRight) {
  const DataCheckReport report = check();
  EXPECT_EQ(test::kinds_of(report), std::vector<std::string>{});
  EXPECT_EQ(report.classes, (ClassNames{{3, "cat"}, {1, "dog"}}));
  ASSERT_EQ(report.splits.size(), 2U);
  EXPECT_EQ(report.splits[0].annotations, path("train"));
  EXPECT_EQ(report.splits[0].images, 3);
  EXPECT_EQ(report.splits[0].boxes_per_class, (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(report.splits[0].width.median, 64);
}

TEST_F(CocoCheck, EveryEntryThatIsWrongIsToldWithItsPlace) {
  json& train = files_["train"];
  train["images"][0].erase("width");  // with its two annotations
  train["images"][2]["id"] = 11;      // twice
  train["annotations"][3]["bbox"] = {1, 2, "3", 4};
  train["annotations"].push_back(7);
  const DataCheckReport report = check({"train"});
  std::vector<std::string> found;
  for (const DataFinding& finding : test::findings_of(report, "annotation-invalid")) {
    EXPECT_EQ(finding.file, path("train"));
    found.push_back(finding.place + " " + finding.message);
  }
  EXPECT_EQ(
      found,
      (std::vector<std::string>{"annotations[3].bbox[2] must be a number but is text",
                                "annotations[6] must be a map but is a number",
                                "images[0] has no 'width'",
                                "images[2].id 11 stands in images[1] too; each needs its own id",
                                "annotations[0].image_id 10 is the id of no image in images",
                                "annotations[1].image_id 10 is the id of no image in images",
                                "annotations[4].image_id 12 is the id of no image in images",
                                "annotations[5].image_id 12 is the id of no image in images"}));
  EXPECT_TRUE(report.training_would_stop());
}

TEST_F(CocoCheck, BoxesAreToldInPixelsWithTheirPlace) {
  add_box("train", 10, 3, {60, 10, 20, 10});
  add_box("train", 10, 3, {200, 200, 20, 10});
  add_box("train", 10, 3, {5, 5, 0, 10});
  add_box("train", 10, 3, {30, 5, 0.2, 0.2});
  add_box("train", 11, 3, {11, 12, 16.5, 24});
  const DataCheckReport report = check();
  EXPECT_EQ(test::kinds_of(report),
            (std::vector<std::string>{
                "box-degenerate", "box-outside", "box-clipped", "box-tiny", "box-repeated"}));
  const DataFinding clipped = only(report, "box-clipped");
  EXPECT_EQ(clipped.place, "annotations[6].bbox");
  EXPECT_EQ(clipped.value, "[60, 10, 20, 10]");
  EXPECT_EQ(clipped.message, "reaches over the edge by 16 pixels");
  EXPECT_EQ(clipped.line, 0);
  EXPECT_EQ(clipped.file, path("train"));
  EXPECT_TRUE(clipped.image.ends_with("images/train/good0.jpg"));
  EXPECT_EQ(only(report, "box-outside").message, "wholly outside");
  EXPECT_EQ(only(report, "box-degenerate").place, "annotations[8].bbox");
  EXPECT_TRUE(test::contains(only(report, "box-repeated").message, "with annotations[2]"));
}

TEST_F(CocoCheck, ImagesThatAreMissingOrOfAnotherSize) {
  files_["train"]["images"][0]["file_name"] = "none.jpg";
  files_["train"]["images"][1]["width"] = 640;
  files_["train"]["images"][2]["file_name"] = "good1.jpg";
  const DataCheckReport report = check();
  const DataFinding missing = only(report, "image-missing");
  EXPECT_EQ(missing.place, "images[0].file_name");
  EXPECT_EQ(missing.value, "none.jpg");
  const DataFinding size = only(report, "image-size");
  EXPECT_EQ(size.place, "images[1]");
  EXPECT_EQ(size.value, "640x48");
  EXPECT_TRUE(test::contains(size.message, "good1.jpg has 64x48 pixels"));
  const DataFinding twice = only(report, "image-listed-twice");
  EXPECT_EQ(twice.place, "images[2].file_name");
  EXPECT_EQ(twice.message, "stands in images[1] too");
  // No copy, and no overlap of a split with itself.
  EXPECT_EQ(test::kinds_of(report),
            (std::vector<std::string>{"image-missing", "image-size", "image-listed-twice"}));
  EXPECT_EQ(test::severity_of(check({}, true), "image-missing"), FindingSeverity::kError);
}

TEST_F(CocoCheck, SizesOfTheStoredImageTellOfLabelsBeforeItWasTurned) {
  test::write_bytes(set_.image_path("train/good0.jpg"),
                    test::jpeg_with_orientation(test::picture(64, 48, 77), 6));
  const DataCheckReport report = check();
  const DataFinding exif = only(report, "exif-labels");
  EXPECT_EQ(exif.place, "images[0]");
  EXPECT_TRUE(test::contains(exif.message, "the size is that before EXIF turns it"));
}

TEST_F(CocoCheck, CategoriesAreThoseOfTheTrainFile) {
  files_["val"]["categories"][1]["name"] = "wolf";
  files_["val"]["categories"].push_back({{"id", 8}, {"name", "bird"}});
  add_box("val", 10, 8, {1, 1, 10, 10});
  const DataCheckReport report = check();
  EXPECT_EQ(only(report, "category-unknown").place, "annotations[6].category_id");
  EXPECT_EQ(only(report, "category-unknown").value, "8");
  EXPECT_EQ(only(report, "category-renamed").message,
            "category 1 is 'wolf', but 'dog' in the train file");
  EXPECT_FALSE(report.training_would_stop());
  args_.ignore_classes = {8};
  EXPECT_EQ(test::kinds_of(check()), std::vector<std::string>{"category-renamed"});
}

TEST_F(CocoCheck, ImagesWithoutAnnotationsAreANote) {
  files_["val"]["annotations"].erase(4);
  files_["val"]["annotations"].erase(4);
  EXPECT_EQ(only(check(), "label-missing").place, "images[2]");
  args_.coco.skip_if_annotations_missing = true;
  const DataCheckReport report = check();
  EXPECT_TRUE(test::contains(only(report, "label-missing").message, "left out"));
  EXPECT_EQ(report.splits[1].images, 2);
}

TEST_F(CocoCheck, CopiesAcrossSplitsAreFound) {
  std::filesystem::copy_file(set_.image_path("train/good0.jpg"),
                             set_.image_path("val/good0.jpg"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(test::kinds_of(check()), std::vector<std::string>{"image-copy-across-splits"});
}

TEST_F(CocoCheck, WhatIsNoJsonHidesNothingOfTheOtherSplit) {
  check();
  test::write_text(path("val"), "{\"images\": [");
  const DataCheckReport report = check_written();
  const DataFinding finding = only(report, "annotation-invalid");
  EXPECT_EQ(finding.file, path("val"));
  EXPECT_TRUE(finding.message.starts_with("images is no JSON: parse error at line 1"))
      << finding.message;
  EXPECT_EQ(report.splits[0].boxes, 6);
  test::write_text(path("train"), "[]");
  EXPECT_EQ(test::findings_of(check_written(), "annotation-invalid").size(), 2U);
  EXPECT_EQ(test::findings_of(check_written({"val"}), "annotation-invalid").size(), 2U);
  std::filesystem::remove(path("train"));
  EXPECT_EQ(only(check_written({"train"}), "label-unreadable").file, path("train"));
}

TEST_F(CocoCheck, ReportsTellThePlace) {
  add_box("train", 10, 3, {60, 10, 20, 10});
  const DataCheckReport report = check();
  EXPECT_TRUE(test::contains(to_text(report),
                             path("train") + ": annotations[6].bbox: reaches over the edge"))
      << to_text(report);
  const Value value = to_value(report);
  const Value& group = value.at("findings").as_array().at(0);
  EXPECT_EQ(group.at("findings").as_array().at(0).at("place"), Value("annotations[6].bbox"));
  EXPECT_EQ(value.at("splits").as_array().at(0).at("annotations"), Value(path("train")));
  const std::string page = set_.root() / "page.html";
  write_data_check_page(page, report);
  const std::string html = read_text_file(page);
  EXPECT_TRUE(test::contains(html, "annotations[6].bbox"));
  EXPECT_TRUE(test::contains(html, "<figure>"));
}

TEST_F(CocoCheck, ASplitThatTheDataDoNotNameIsAnError) {
  check();
  EXPECT_THROW(check_written({"test"}), Error);
}

}  // namespace
}  // namespace saker

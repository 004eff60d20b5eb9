#include "api/evaluation_errors.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "core/file.hpp"
#include "image/encode.hpp"
#include "metrics/random_detections.hpp"
#include "saker/image.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

// Class ids are not indices.
const ClassNames kClasses = {{7, "cell"}, {2, "<plate>"}, {4, "never"}};

class EvaluationErrors : public ::testing::Test {
 protected:
  EvaluationErrors() {
    // One perfect image; one with a missed cell and a plate that is taken for a cell.
    test::add_image(evaluation_, {{{0, 0, 10, 10}, 0.9F, 0}}, {{{0, 0, 10, 10}, 0}});
    test::add_image(
        evaluation_,
        {{{0, 0, 10, 10}, 0.8F, 1}, {{30, 30, 40, 40}, 0.7F, 0}, {{5, 5, 9, 9}, 0.01F, 1}},
        {{{0, 0, 10, 10}, 1}, {{30, 30, 40, 40}, 1}, {{50, 50, 60, 60}, 0}});
    images_ = {{.path = folder_ / "good.png"},
               {.path = folder_ / "bad&.png", .scale_x = 2, .scale_y = 3}};
    for (const EvaluatedImage& image : images_)
      write_image(image.path, Image(240, 160, 3, PixelType::kU8));
  }

  EvaluationReport report(std::int64_t worst) const {
    EvaluationReport report;
    report.images = 2;
    add_errors(evaluation_, evaluation_.compute(), kClasses, images_, worst, report);
    return report;
  }

  test::TemporaryFolder folder_;
  CocoEvaluator evaluation_;
  std::vector<EvaluatedImage> images_;
};

TEST_F(EvaluationErrors, ClassesAreThoseOfTheModelInItsOrder) {
  const EvaluationReport found = report(0);
  ASSERT_EQ(found.classes.size(), 3U);
  EXPECT_EQ(found.classes[0].name, "cell");
  EXPECT_EQ(found.classes[0].truths, 2);
  EXPECT_EQ(found.classes[1].id, 2);
  EXPECT_EQ(found.classes[2].truths, 0);
  EXPECT_EQ(found.classes[2].ap, -1);
  EXPECT_FALSE(found.classes[2].best);
  const CocoResult result = evaluation_.compute();
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(found.classes[c].ap, result.classes[c].average_precision);
    EXPECT_EQ(found.classes[c].ap_50, result.classes[c].average_precision_per_iou[0]);
  }
  // 0.8 keeps two right detections of four boxes, 0.7 adds a wrong one.
  ASSERT_TRUE(found.best);
  EXPECT_FLOAT_EQ(static_cast<float>(found.best->score), 0.8F);
  EXPECT_DOUBLE_EQ(found.best->precision, 1);
  EXPECT_DOUBLE_EQ(found.best->recall, 0.5);
}

TEST_F(EvaluationErrors, ConfusionsAreCountedFromTheBestScoreOn) {
  const EvaluationReport found = report(0);
  const std::vector<std::vector<std::int64_t>> expected = {
      {1, 0, 0, 1}, {0, 1, 0, 1}, {0, 0, 0, 0}, {0, 0, 0, 0}};
  EXPECT_EQ(found.confusion, expected);
  EXPECT_TRUE(found.worst.empty());
}

TEST_F(EvaluationErrors, WorstImagesHaveBoxesInTheirPixels) {
  const EvaluationReport found = report(5);
  ASSERT_EQ(found.worst.size(), 1U);  // the other has no errors
  const WorstImage& worst = found.worst[0];
  EXPECT_EQ(worst.path, images_[1].path);
  EXPECT_GT(worst.lost_map_50, 0.2);
  ASSERT_EQ(worst.truths.size(), 3U);
  EXPECT_EQ(worst.truths.labels[2], 7);
  EXPECT_EQ(worst.truths.bboxes[2], (Box{100, 150, 120, 180}));
  ASSERT_EQ(worst.detections.size(), 1U);
  EXPECT_EQ(worst.detections.labels[0], 2);
}

TEST_F(EvaluationErrors, ThePageStandsAloneAndEscapesNames) {
  const std::string path = folder_ / "page.html";
  write_evaluation_page(report(5), "model <a>", path);
  const std::string page = read_text_file(path);
  for (const char* text :
       {"model &lt;a&gt;", "&lt;plate&gt;", "bad&amp;.png", "data:image/webp;base64"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  for (const char* text : {"<plate>", "<script", "http:", "https:", "nan"})
    EXPECT_EQ(page.find(text), std::string::npos) << text;
}

TEST_F(EvaluationErrors, ThePageOfNothingIsAPage) {
  const std::string path = folder_ / "page.html";
  write_evaluation_page({}, "model", path);
  EXPECT_NE(read_text_file(path).find("No values yet"), std::string::npos);
}

}  // namespace
}  // namespace saker

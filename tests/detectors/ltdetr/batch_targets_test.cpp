#include "detectors/ltdetr/batch_targets.hpp"

#include <gtest/gtest.h>

#include "detectors/ltdetr/training_cases.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(BatchTargets, LaysImagesSideBySide) {
  const Targets targets = test::golden_targets("t", {2, 0, 3}, 4);
  const BatchTargets batch = batch_targets(targets, 4);
  EXPECT_EQ(batch.counts, (std::vector<std::int64_t>{2, 0, 3}));
  EXPECT_EQ(batch.first, (std::vector<std::int64_t>{0, 2, 2}));
  EXPECT_EQ(batch.total, 5);
  EXPECT_EQ(batch.most, 3);
  EXPECT_TRUE(torch::equal(batch.boxes_cxcywh.slice(0, 2), targets.boxes_cxcywh_norm[2]));
  EXPECT_TRUE(torch::equal(batch.classes.slice(0, 0, 2), targets.classes[0]));
  EXPECT_EQ(test::to_list(batch.places()), (std::vector<std::int64_t>{0, 1, 5, 5, 5, 5, 2, 3, 4}));
}

TEST(BatchTargets, MayBeEmptyInAnyShape) {
  const BatchTargets batch = batch_targets(
      {.boxes_cxcywh_norm = {torch::empty({0}), torch::empty({0, 4})},
       .classes = {torch::empty({0}, torch::kLong), torch::empty({0, 1}, torch::kLong)}},
      4);
  EXPECT_EQ(batch.total, 0);
  EXPECT_EQ(batch.most, 0);
  EXPECT_EQ(batch.boxes_cxcywh.sizes(), (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(batch.places().sizes(), (std::vector<std::int64_t>{2, 0}));
}

void expect_refused(const Targets& targets, const std::string& part_of_message) {
  try {
    batch_targets(targets, 4);
    FAIL() << "accepted: " << part_of_message;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    EXPECT_NE(std::string(error.what()).find(part_of_message), std::string::npos) << error.what();
  }
}

TEST(BatchTargets, RefusesWhatDoesNotFit) {
  const torch::Tensor boxes = test::golden_boxes("b", {2});
  expect_refused({.boxes_cxcywh_norm = {boxes}, .classes = {}}, "1 images");
  expect_refused({}, "at least one");
  expect_refused({.boxes_cxcywh_norm = {boxes}, .classes = {torch::tensor({1L, 2L, 3L})}},
                 "image 0 of the batch has boxes of 8 numbers and 3 classes");
  expect_refused({.boxes_cxcywh_norm = {boxes, boxes},
                  .classes = {torch::tensor({1L, 2L}), torch::tensor({3L, 4L})}},
                 "box 1 of image 1 of the batch has class 4, but the network has 0..3");
  expect_refused({.boxes_cxcywh_norm = {boxes}, .classes = {torch::tensor({-1L, 2L})}}, "class -1");
}

}  // namespace
}  // namespace saker

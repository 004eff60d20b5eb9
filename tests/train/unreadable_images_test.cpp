// Images that go bad while the training runs, alone and in a run.
#include "train/unreadable_images.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/stop_request.hpp"
#include "data/sampler.hpp"
#include "error_message.hpp"
#include "toy_run.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

const Error kBroken(ErrorKind::kData, "a.jpg: is truncated");

TEST(UnreadableImages, ReplacementsFollowFromIndexAndSeed) {
  std::set<std::int64_t> found;
  for (std::int64_t tries = 0; tries < 200; ++tries) {
    const std::int64_t other = replacement_of(2, tries, 5, 7);
    EXPECT_EQ(other, replacement_of(2, tries, 5, 7));
    found.insert(other);
  }
  EXPECT_EQ(found, (std::set<std::int64_t>{0, 1, 3, 4}));
}

TEST(UnreadableImages, AreToldOfOnceAndCounted) {
  UnreadableImages images("are left out");
  EXPECT_TRUE(images.new_lines().empty());
  EXPECT_EQ(images.summary(), "");
  images.add("a.jpg", kBroken);
  images.add("a.jpg", kBroken);
  EXPECT_EQ(images.new_lines(),
            (std::vector<std::string>{
                "An image cannot be read; such images are left out: a.jpg: is truncated"}));
  EXPECT_TRUE(images.new_lines().empty());
  for (int i = 0; i < 20; ++i) images.add(std::to_string(i), kBroken);
  EXPECT_EQ(images.new_lines().size(), 10U);  // nine by path, then that more are counted
  EXPECT_EQ(images.summary(),
            "21 images could not be read in this run; such images are left out (22 times in all)");
}

class UnreadableInARun : public ::testing::Test {
 protected:
  TrainingPlan plan(UnreadablePolicy policy, std::int64_t steps = 8) const {
    TrainingPlan plan;
    plan.steps = steps;
    plan.batch_size = 2;
    plan.validate_every = 2;
    plan.settings.checkpoint.save_every_num_steps = 100;
    plan.settings.image.unreadable = policy;
    return plan;
  }
  static void damage(const DetectionDataset& data, std::int64_t index) {
    test::write_text(data.path(index), "no image");
  }

  test::ToyRuns runs_;
  test::ToyDetector model_;
};

TEST_F(UnreadableInARun, FailStopsWithThePathAndLosesNothing) {
  test::ToyDetector whole;
  runs_.run("whole", plan(UnreadablePolicy::kFail), whole);
  // An image of the third step; those of the two before it can be read.
  const EpochSampler sampler({.dataset_size = 8, .batch_size = 2});
  const std::int64_t bad = sampler.batch(2).indices[1];
  const std::string bad_path = runs_.train().path(bad);
  const std::string good = read_text_file(bad_path);
  damage(runs_.train(), bad);
  const std::string message = test::message_of(
      ErrorKind::kData, [&] { runs_.run("run", plan(UnreadablePolicy::kFail), model_); });
  EXPECT_TRUE(test::contains(message, bad_path)) << message;
  EXPECT_TRUE(test::contains(message, "image_args.unreadable=replace")) << message;
  EXPECT_TRUE(test::contains(message, "step 2 is saved")) << message;

  test::write_text(bad_path, good);
  test::ToyDetector resumed;
  runs_.run("run", plan(UnreadablePolicy::kFail), resumed, true);
  EXPECT_TRUE(torch::equal(resumed.linear->weight, whole.linear->weight));
}

TEST_F(UnreadableInARun, ReplaceGoesOnAndResumesExactly) {
  damage(runs_.train(), 1);
  damage(runs_.train(), 5);
  test::ToyDetector whole, broken;
  runs_.run("whole", plan(UnreadablePolicy::kReplace), whole);
  EXPECT_TRUE(test::contains(runs_.log("whole"), runs_.train().path(5))) << runs_.log("whole");
  EXPECT_TRUE(test::contains(runs_.log("whole"), "2 images could not be read in this run"));

  request_stop();
  test::message_of(ErrorKind::kInterrupted,
                   [&] { runs_.run("broken", plan(UnreadablePolicy::kReplace), broken); });
  runs_.run("broken", plan(UnreadablePolicy::kReplace), model_, true);
  EXPECT_TRUE(torch::equal(model_.linear->weight, whole.linear->weight));
}

TEST_F(UnreadableInARun, NothingReadableIsAnError) {
  for (std::int64_t i = 0; i < runs_.train().size(); ++i) damage(runs_.train(), i);
  const std::string message = test::message_of(
      ErrorKind::kData, [&] { runs_.run("run", plan(UnreadablePolicy::kReplace), model_); });
  EXPECT_TRUE(test::contains(message, "is the folder still there?")) << message;
}

TEST_F(UnreadableInARun, ValidationLeavesThemOut) {
  damage(runs_.val(), 0);
  runs_.run("run", plan(UnreadablePolicy::kReplace, 2), model_);
  EXPECT_TRUE(test::contains(runs_.log("run"), "Validation of 1 images")) << runs_.log("run");
  EXPECT_TRUE(test::contains(runs_.log("run"), "are left out of the validation"));

  damage(runs_.val(), 1);
  const std::string message = test::message_of(
      ErrorKind::kData, [&] { runs_.run("none", plan(UnreadablePolicy::kReplace, 2), model_); });
  EXPECT_TRUE(test::contains(message, "no image of the validation split")) << message;
}

TEST_F(UnreadableInARun, ValidationThatFailsKeepsTheStepsBefore) {
  damage(runs_.val(), 0);
  const std::string message = test::message_of(
      ErrorKind::kData, [&] { runs_.run("run", plan(UnreadablePolicy::kFail), model_); });
  EXPECT_TRUE(test::contains(message, runs_.val().path(0))) << message;
  EXPECT_TRUE(test::contains(message, "step 2 is saved")) << message;
}

}  // namespace
}  // namespace saker

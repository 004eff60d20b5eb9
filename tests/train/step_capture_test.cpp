#include "train/step_capture.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <string>

#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "toy_detector.hpp"
#include "train/replay.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

StepCapture small_capture() {
  StepCapture capture{.reason = "the loss",
                      .step = 12,
                      .draws = {.seed = 5, .batch = 99},
                      .precision = Precision::kFloat32,
                      .loss_scale = 4,
                      .model_args = {{"lr", 0.5}, {"patch_size", nullptr}},
                      .paths = {"a.jpg", "b.jpg"},
                      .images = torch::rand({2, 3, 4, 4}),
                      .targets = {.boxes_cxcywh_norm = {torch::rand({3, 4}), torch::rand({0, 4})},
                                  .classes = {torch::tensor({0, 0, 0}, torch::kLong),
                                              torch::zeros({0}, torch::kLong)}},
                      .terms = {{"loss", std::nan("")}, {"loss_toy", 2.5}}};
  return capture;
}

TEST(StepCapture, IsReadAsItWasWritten) {
  const test::TemporaryFolder folder;
  const test::ToyDetector model;
  const StepCapture written = small_capture();
  write_step_capture(folder / "step.pt", model, written);
  const StepCapture read = read_step_capture(folder / "step.pt");
  EXPECT_EQ(read.reason, "the loss");
  EXPECT_EQ(read.step, 12);
  EXPECT_EQ(read.draws.seed, 5U);
  EXPECT_EQ(read.draws.batch, 99U);
  EXPECT_EQ(read.loss_scale, 4);
  EXPECT_EQ(read.model_args, written.model_args);
  EXPECT_EQ(read.paths, written.paths);
  EXPECT_TRUE(torch::equal(read.images, written.images));
  EXPECT_TRUE(
      torch::equal(read.targets.boxes_cxcywh_norm[0], written.targets.boxes_cxcywh_norm[0]));
  EXPECT_EQ(read.targets.classes[1].numel(), 0);
  EXPECT_TRUE(std::isnan(read.terms[0].second));
  EXPECT_EQ(read.terms[1].second, 2.5);
  // The weights are those of a model.
  EXPECT_TRUE(
      torch::equal(*read_exported_model(folder / "step.pt").model_weights().find("linear.weight"),
                   model.linear->weight));
}

TEST(StepCapture, OtherModelFilesAreRefused) {
  const test::TemporaryFolder folder;
  ExportedModel model;
  model.model_class_path = "toy.Toy";
  model.train_model.add("model.linear.weight", torch::zeros({1}));
  write_exported_model(folder / "model.pt", model);
  try {
    read_step_capture(folder / "model.pt");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
    EXPECT_NE(std::string(error.what()).find("nan_capture.pt"), std::string::npos);
  }
  StepCapture unequal = small_capture();
  unequal.targets.classes.pop_back();
  write_step_capture(folder / "unequal.pt", test::ToyDetector(), unequal);
  EXPECT_THROW(read_step_capture(folder / "unequal.pt"), Error);
}

TEST(Replay, FindsThePoisonedWeightAndWhatItSpoils) {
  test::ToyDetector model;
  {
    const torch::NoGradGuard no_grad;
    model.linear->weight[0][0] = std::nanf("");
  }
  const ReplayReport report = replay(small_capture(), test::ToyRecipe(), model, torch::kCPU);
  EXPECT_EQ(report.model, "toy");
  EXPECT_EQ(report.step, 12);
  EXPECT_EQ(report.images, (std::vector<std::string>{"a.jpg", "b.jpg"}));
  EXPECT_EQ(model.latest_draws.batch, 99U);
  EXPECT_EQ(report.weights, (std::vector<std::string>{"linear.weight"}));
  EXPECT_EQ(report.bad_terms, (std::vector<std::string>{"loss", "loss_toy"}));
  EXPECT_EQ(report.gradients, (std::vector<std::string>{"linear.weight", "linear.bias"}));
  ASSERT_EQ(report.terms.size(), 2U);
  EXPECT_EQ(report.terms[1].before, 2.5);
  EXPECT_TRUE(std::isnan(report.terms[1].now));
}

TEST(Replay, OfASoundStepFindsNothing) {
  test::ToyDetector model;
  const ReplayReport report = replay(small_capture(), test::ToyRecipe(), model, torch::kCPU);
  EXPECT_TRUE(report.weights.empty());
  EXPECT_TRUE(report.bad_terms.empty());
  EXPECT_TRUE(report.gradients.empty());
}

}  // namespace
}  // namespace saker

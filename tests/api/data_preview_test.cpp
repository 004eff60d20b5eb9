// A preview shows what a training reads, to the bit.
#include "saker/data_preview.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/preview_sheet.hpp"
#include "api/training_preview.hpp"
#include "poisoned_model.hpp"
#include "saker/error.hpp"
#include "saker/train.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"
#include "train/step_capture.hpp"

namespace saker {
namespace {

StepCapture batch_of_trainer(const TrainArgs& args) {
  EXPECT_THROW(train_object_detection(args), Error);
  return read_step_capture(std::filesystem::path(args.out) /
                           "debug/nan_capture/rank0/nan_capture.pt");
}

void expect_same(const Batch& previewed, const StepCapture& trained) {
  EXPECT_EQ(previewed.paths, trained.paths);
  ASSERT_EQ(
      trained.images.sizes().vec(),
      (std::vector<std::int64_t>{
          previewed.count(), previewed.channels, previewed.size.height, previewed.size.width}));
  const torch::Tensor images = trained.images.contiguous();
  EXPECT_TRUE(std::equal(images.const_data_ptr<float>(),
                         images.const_data_ptr<float>() + images.numel(),
                         previewed.images.data()));
  ASSERT_EQ(trained.targets.boxes_cxcywh_norm.size(), previewed.annotations.size());
  for (std::size_t i = 0; i < previewed.annotations.size(); ++i) {
    const Annotations& annotations = previewed.annotations[i];
    ASSERT_EQ(trained.targets.boxes_cxcywh_norm[i].size(0),
              static_cast<std::int64_t>(annotations.boxes.size()));
    for (std::size_t k = 0; k < annotations.boxes.size(); ++k) {
      const auto row = trained.targets.boxes_cxcywh_norm[i][static_cast<std::int64_t>(k)];
      EXPECT_EQ(row[0].item<float>(), static_cast<float>(annotations.boxes[k].center_x));
      EXPECT_EQ(row[3].item<float>(), static_cast<float>(annotations.boxes[k].height));
    }
  }
}

TEST(DataPreview, BatchesAreTheTrainersOwn) {
  const test::TemporaryFolder folder;
  const std::filesystem::path data = test::small_dataset(folder.path());
  TrainArgs args = test::small_run(folder / "run", data, 6);
  args.model = test::poisoned_model(folder.path(), data).string();
  args.seed = 5;
  args.transform_args = {{"image_size", {96, 96}}};
  const StepCapture trained = batch_of_trainer(args);
  ASSERT_EQ(trained.step, 0);
  const TrainingPreview preview(args);
  EXPECT_EQ(preview.total_steps(), 6);
  expect_same(preview.training_batch(0), trained);
  // Another seed gives other images: the comparison can fail.
  args.seed = 6;
  const Batch other = TrainingPreview(args).training_batch(0);
  EXPECT_TRUE(other.paths != trained.paths || other.size.height != trained.images.size(2) ||
              !std::equal(trained.images.const_data_ptr<float>(),
                          trained.images.const_data_ptr<float>() + trained.images.numel(),
                          other.images.data()));
}

// Mosaics and mixtures of a later step reach back in the run; the trainer comes to them by its
// loader's threads, the preview goes there at once.
TEST(DataPreview, AStepInTheMiddleIsTheTrainersToo) {
  const test::TemporaryFolder folder;
  const std::filesystem::path data = test::small_dataset(folder.path());
  TrainArgs args = test::small_run(folder / "run", data, 30);
  args.num_workers = 2;
  // A rate at which the loss is soon no number.
  args.model_args = {{"lr", 1e30}, {"lr_warmup_steps", 0}};
  const StepCapture trained = batch_of_trainer(args);
  ASSERT_GT(trained.step, 0);
  expect_same(TrainingPreview(args).training_batch(trained.step), trained);
}

DataPreviewArgs preview_args(const test::TemporaryFolder& folder) {
  TrainArgs args = test::small_run("", test::small_dataset(folder.path()), 120);
  args.model = "dinov3/vitt16-notpretrained-ltdetr";
  args.transform_args = {{"image_size", {128, 128}}};
  args.model_args = {};
  return {.train = args, .steps = {}, .count = 4};
}

TEST(DataPreview, ShowsThePhasesOfTheRun) {
  const test::TemporaryFolder folder;
  const DataPreview preview = preview_data(preview_args(folder));
  EXPECT_EQ(preview.total_steps, 120);
  ASSERT_EQ(preview.rows.size(), 3U);
  EXPECT_LT(preview.rows[0].last_step, preview.rows[1].first_step);
  EXPECT_GT(preview.rows[1].active.size(), preview.rows[0].active.size());
  EXPECT_EQ(preview.rows[2].active,
            std::vector<std::string>{"random_flip (horizontal 0.5, vertical 0)"});
  for (const DataPreviewRow& row : preview.rows) {
    EXPECT_EQ(row.images.size(), 4U);
    EXPECT_EQ(row.last_step, row.first_step + 1);  // two images a step
  }
  EXPECT_GT(preview.sheet.height(), 3 * 256);
  EXPECT_EQ(preview.sheet.channels(), 3);
}

TEST(DataPreview, StepsThatAreAskedFor) {
  const test::TemporaryFolder folder;
  DataPreviewArgs args = preview_args(folder);
  args.steps = {119};
  const DataPreview preview = preview_data(args);
  ASSERT_EQ(preview.rows.size(), 1U);
  EXPECT_EQ(preview.rows[0].images.size(), 2U);  // the run ends there
  args.steps = {120};
  EXPECT_THROW(preview_data(args), Error);
  args.steps = {-1};
  EXPECT_THROW(preview_data(args), Error);
}

TEST(DataPreview, ValidationImagesAreResizedAlone) {
  const test::TemporaryFolder folder;
  DataPreviewArgs args = preview_args(folder);
  args.split = "val";
  const DataPreview preview = preview_data(args);
  ASSERT_EQ(preview.rows.size(), 1U);
  EXPECT_EQ(preview.rows[0].images.size(), 4U);
  EXPECT_TRUE(preview.rows[0].active.empty());
  EXPECT_EQ(preview.rows[0].first_step, -1);
  args.split = "test";
  EXPECT_THROW(preview_data(args), Error);
}

TEST(DataPreview, PicturesUndoTheNormalization) {
  Batch batch;
  batch.channels = 3;
  batch.size = {.height = 1, .width = 2};
  const Normalization normalization;
  const std::vector<int> levels = {0, 255, 17, 128, 200, 64};  // channel by channel
  batch.images = std::vector<float>(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::size_t channel = i / 2;
    batch.images.data()[i] = static_cast<float>((levels[i] / 255.0 - normalization.mean[channel]) /
                                                normalization.std[channel]);
  }
  batch.annotations.resize(1);
  const Image picture = picture_of(batch, 0, normalization);
  const std::vector<int> pixels(picture.u8().begin(), picture.u8().end());
  EXPECT_EQ(pixels, (std::vector<int>{0, 17, 200, 255, 128, 64}));
}

}  // namespace
}  // namespace saker

#include "transforms/train_transform.hpp"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "geometric_golden.hpp"
#include "sample_distribution.hpp"
#include "transforms/picodet_transforms.hpp"

namespace saker {
namespace {

ResolvedTransforms picodet(const Value& args = {}) {
  return resolve_transforms(
      picodet_transform_family(), args, {.default_image_size = {64, 64}, .run = {100, 10, 1}});
}

SampleInput read_sample(std::int64_t index) {
  return {test::noise_image("train/" + std::to_string(index), 48 + index, 64),
          {{{0.5, 0.5, 0.5, 0.5}}, {index}},
          std::to_string(index)};
}

const std::vector<std::int64_t> kIndices = {3, 0, 7, 5};

TEST(TrainTransform, ABatchDependsOnItsKeyAlone) {
  const TrainTransform transform(picodet().train);
  const BatchKey key = {.seed = 5, .epoch = 1, .batch = 9, .step = 9};
  const Batch batch = transform.make_batch(kIndices, key, read_sample);
  EXPECT_EQ(batch.count(), 4);
  EXPECT_EQ(batch.images.size(),
            static_cast<std::size_t>(4 * 3 * batch.size.height * batch.size.width));
  EXPECT_EQ(batch.paths[2], "7");
  EXPECT_EQ(batch.original_sizes[2], (ImageSize{55, 64}));
  std::vector<Batch> others(3);
  std::vector<std::thread> threads;
  for (Batch& other : others) {
    threads.emplace_back([&] { other = transform.make_batch(kIndices, key, read_sample); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Batch& other : others) EXPECT_EQ(other.images, batch.images);
  const Batch next_epoch =
      transform.make_batch(kIndices, {.seed = 5, .epoch = 2, .batch = 9, .step = 9}, read_sample);
  EXPECT_NE(next_epoch.images, batch.images);
}

TEST(TrainTransform, ASampleDoesNotDependOnItsBatch) {
  const TrainTransform transform(picodet().train);
  const Sample one = transform.augment(read_sample(3), 3, {.seed = 5, .epoch = 1, .batch = 0});
  const Sample two = transform.augment(read_sample(3), 3, {.seed = 5, .epoch = 1, .batch = 8});
  EXPECT_EQ(test::difference(one.image.materialize().u8(), two.image.materialize().u8()).largest,
            0);
}

TEST(TrainTransform, EverySizeIsDrawn) {
  const TrainTransform transform(picodet({{"image_size", {128, 128}}}).train);
  std::map<std::int64_t, int> counts;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ++counts[transform.make_batch(std::vector<std::int64_t>{0}, {.batch = i}, read_sample)
                 .size.height];
  }
  EXPECT_EQ(counts.size(), 5U);
  for (const auto& [size, count] : counts)
    EXPECT_NEAR(count, 200, 5 * std::sqrt(1000 * 0.2 * 0.8)) << size;
}

TEST(TrainTransform, StepsSwitchAugmentations) {
  const TrainTransform transform(
      picodet({{"random_zoom_out", {{"prob", 1}, {"step_start", 5}, {"step_stop", 10}}},
               {"random_iou_crop", nullptr},
               {"photometric_distort", nullptr}})
          .train);
  const auto is_zoomed = [&](std::int64_t step) {
    return transform.augment(read_sample(0), 0, {.step = step}).image.size() != ImageSize{48, 64};
  };
  EXPECT_FALSE(is_zoomed(4));
  EXPECT_TRUE(is_zoomed(5));
  EXPECT_TRUE(is_zoomed(9));
  EXPECT_FALSE(is_zoomed(10));
}

TEST(TrainTransform, ImagesWithoutBoxesGoThrough) {
  const TrainTransform transform(picodet().train);
  const auto read = [](std::int64_t) {
    return SampleInput{test::noise_image("empty", 20, 30), {}, "empty"};
  };
  const Batch batch = transform.make_batch(std::vector<std::int64_t>{0, 1}, {}, read);
  EXPECT_TRUE(batch.annotations[0].boxes.empty());
}

// All augmentations of one sample together, with the reference's order of steps.
TEST(TrainTransform, SamplesAreDistributedAsTheReferences) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  test::expect_sample_distribution(
      TrainTransform(
          picodet({{"scale_jitter", nullptr}, {"resize", {{"height", 64}, {"width", 64}}}}).train),
      test::read_json(path)["sample_pipeline"]);
}

}  // namespace
}  // namespace saker

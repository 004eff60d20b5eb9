#include "transforms/train_transform.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <thread>

#include "geometric_golden.hpp"
#include "quantiles.hpp"
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
  const auto golden = test::read_json(path)["sample_pipeline"];
  const TrainTransform transform(
      picodet({{"scale_jitter", nullptr}, {"resize", {{"height", 64}, {"width", 64}}}}).train);
  nlohmann::ordered_json labels = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < golden["boxes"].size(); ++i) labels.push_back(i);
  const SampleInput input{test::noise_image("pipe/dist", 48, 64),
                          test::read_annotations(golden["boxes"], labels),
                          "pipe"};
  constexpr std::int64_t kSamples = 4000;
  std::map<std::size_t, int> counts;
  std::vector<double> areas, centers, means;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const Batch batch =
        transform.make_batch(std::vector<std::int64_t>{i}, {}, [&](std::int64_t) { return input; });
    const std::vector<NormalizedBox>& boxes = batch.annotations[0].boxes;
    ++counts[boxes.size()];
    means.push_back(std::accumulate(batch.images.begin(), batch.images.end(), 0.0) /
                    static_cast<double>(batch.images.size()));
    if (boxes.empty()) continue;
    double area = 0;
    double center = 0;
    for (const NormalizedBox& box : boxes) {
      area += box.width * box.height;
      center += box.center_x / static_cast<double>(boxes.size());
    }
    areas.push_back(area);
    centers.push_back(center);
  }
  for (const auto& [count, golden_count] : golden["num_boxes_counts"].items()) {
    EXPECT_NEAR(counts[std::stoul(count)] / static_cast<double>(kSamples),
                golden_count.get<int>() / static_cast<double>(kSamples),
                0.03)
        << count;
  }
  test::expect_quantiles(areas, golden["sum_box_area"], "area", 0.05);
  test::expect_quantiles(centers, golden["mean_cx"], "centre", 0.05);
  test::expect_quantiles(means, golden["image_mean_normalised"], "mean", 0.05);
}

}  // namespace
}  // namespace saker

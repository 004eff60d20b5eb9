// Training batches with the augmentations that use several images.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>

#include "geometric_golden.hpp"
#include "quantiles.hpp"
#include "saker/error.hpp"
#include "sample_distribution.hpp"
#include "transforms/ltdetr_transforms.hpp"
#include "transforms/train_transform.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBatch = 4;
constexpr std::int64_t kImages = 24;

// Everything on from the first step to the last, sizes around 64.
ResolvedTransforms resolve(const Value& args = {}) {
  Value all = {{"image_size", {64, 64}}};
  for (const char* key : {"mosaic",
                          "mixup",
                          "copyblend",
                          "photometric_distort",
                          "random_zoom_out",
                          "random_iou_crop"}) {
    all[key] = Value{{"step_start", 0}, {"step_stop", nullptr}};
  }
  all["mosaic"]["output_size"] = 32;
  all["scale_jitter"] = Value{
      {"sizes", {{48, 48}, {64, 64}, {80, 80}}}, {"divisible_by", nullptr}, {"step_stop", nullptr}};
  if (args.is_object()) {
    for (const auto& [key, value] : args.as_object()) all[key_text(key)] = value;
  }
  return resolve_transforms(
      ltdetr_transform_family(LtdetrGeneration::kDinov3Vit, {.size_multiple = 16}),
      all,
      {.default_image_size = {64, 64}, .run = {100, 6, 1}});
}

SampleInput read_sample(std::int64_t index) {
  return {test::noise_image("train/" + std::to_string(index), 48 + index, 64),
          {{{0.5, 0.5, 0.5, 0.5}, {0.2, 0.3, 0.3, 0.4}}, {index, 100 + index}},
          std::to_string(index)};
}

ScheduledBatch scheduled(std::int64_t number) {
  ScheduledBatch batch{
      .key = {.seed = 3, .epoch = number * kBatch / kImages, .batch = number, .step = number}};
  for (std::int64_t i = 0; i < kBatch; ++i)
    batch.indices.push_back((number * kBatch + i) * 7 % kImages);
  return batch;
}

Batch make(const TrainTransform& transform,
           std::int64_t number,
           const SampleReader& read = read_sample) {
  const ScheduledBatch batch = scheduled(number);
  return transform.make_batch(batch.indices, batch.key, read, scheduled);
}

void expect_same(const Batch& a, const Batch& b) {
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.paths, b.paths);
  ASSERT_EQ(a.count(), b.count());
  for (std::size_t i = 0; i < a.annotations.size(); ++i) {
    EXPECT_EQ(a.annotations[i].boxes, b.annotations[i].boxes);
    EXPECT_EQ(a.annotations[i].classes, b.annotations[i].classes);
  }
}

TEST(TrainTransformMixing, ThreadsAndOrderChangeNothing) {
  constexpr std::int64_t kBatches = 40;
  const TransformSettings settings = resolve().train;
  const TrainTransform one(settings);
  std::vector<Batch> expected;
  for (std::int64_t number = 0; number < kBatches; ++number) expected.push_back(make(one, number));
  const TrainTransform shared(settings);
  std::vector<Batch> batches(kBatches);
  std::atomic<std::int64_t> next = kBatches;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (std::int64_t number = --next; number >= 0; number = --next)
        batches[static_cast<std::size_t>(number)] = make(shared, number);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    SCOPED_TRACE(i);
    expect_same(batches[i], expected[i]);
  }
}

TEST(TrainTransformMixing, AResumedRunMakesTheSameBatches) {
  const TransformSettings settings = resolve().train;
  const TrainTransform unbroken(settings);
  for (std::int64_t number = 0; number < 20; ++number) make(unbroken, number);
  const TrainTransform resumed(settings);
  for (std::int64_t number = 20; number < 24; ++number)
    expect_same(make(resumed, number), make(unbroken, number));
}

TEST(TrainTransformMixing, ImagesOfMosaicsAreReadOnce) {
  std::vector<int> reads(kImages);
  const auto counting = [&](std::int64_t index) {
    ++reads[static_cast<std::size_t>(index)];
    return read_sample(index);
  };
  const TrainTransform transform(
      resolve({{"mosaic",
                {{"prob", 1}, {"output_size", 32}, {"step_start", 0}, {"step_stop", nullptr}}}})
          .train);
  for (std::int64_t number = 0; number < 30; ++number) make(transform, number, counting);
  for (const int count : reads) EXPECT_EQ(count, 1);
}

TEST(TrainTransformMixing, MixupGoesBeforeCopyblend) {
  const TrainTransform transform(resolve({{"mosaic", nullptr},
                                          {"photometric_distort", nullptr},
                                          {"random_zoom_out", nullptr},
                                          {"random_iou_crop", nullptr},
                                          {"scale_jitter", nullptr}})
                                     .train);
  const auto read = [](std::int64_t index) {
    return SampleInput{test::noise_image("mix", 16, 16), {{{0.5, 0.5, 0.5, 0.5}}, {index}}, "mix"};
  };
  int mixups = 0, copyblends = 0;
  constexpr int kBatches = 4000;
  for (std::int64_t number = 0; number < kBatches; ++number) {
    const std::size_t boxes = make(transform, number, read).annotations[0].boxes.size();
    ASSERT_TRUE(boxes == 1 || boxes == 2 || boxes == 4) << boxes;  // alone, mixed, three copies
    mixups += boxes == 2 ? 1 : 0;
    copyblends += boxes == 4 ? 1 : 0;
  }
  // Five standard deviations: exceeded by chance less than once in a million.
  EXPECT_NEAR(mixups, kBatches * 0.5, 5 * std::sqrt(kBatches * 0.25));
  EXPECT_NEAR(copyblends, kBatches * 0.25, 5 * std::sqrt(kBatches * 0.25 * 0.75));
}

TEST(TrainTransformMixing, ABatchOfOneIsNotMixed) {
  const TrainTransform transform(
      resolve({{"mosaic", nullptr},
               {"mixup", {{"prob", 1}, {"step_start", 0}, {"step_stop", nullptr}}},
               {"copyblend", nullptr},
               {"random_zoom_out", nullptr},
               {"random_iou_crop", nullptr}})
          .train);
  const Batch batch = transform.make_batch(std::vector<std::int64_t>{5}, {.batch = 1}, read_sample);
  EXPECT_EQ(batch.annotations[0].boxes.size(), 2U);
}

// The default windows of a run of 96 steps in 16 epochs: strong from step 24 on, mixing until 72,
// plain from 78 on.
TEST(TrainTransformMixing, PhasesSwitchTheAugmentations) {
  const ResolvedTransforms resolved = resolve_transforms(
      ltdetr_transform_family(LtdetrGeneration::kDinov3Vit, {.size_multiple = 16}),
      {{"image_size", {64, 64}},
       {"mosaic", {{"prob", 1}}},
       {"random_flip", nullptr},
       {"scale_jitter", {{"sizes", {{48, 48}, {80, 80}}}, {"divisible_by", nullptr}}}},
      {.default_image_size = {64, 64}, .run = {96, 6, 1}});
  ASSERT_EQ(*resolved.train.mosaic->window.start, 24);
  ASSERT_EQ(**resolved.train.mosaic->window.stop, 72);
  ASSERT_EQ(**resolved.train.copyblend->window.stop, 78);
  const TrainTransform transform(resolved.train);
  // Boxes of the plain image, and whether any batch shows another number or place.
  const auto is_plain = [&](std::int64_t begin, std::int64_t end) {
    const Annotations own = read_sample(0).annotations;
    bool plain = true;
    for (std::int64_t number = begin; number < end; ++number) {
      for (const Annotations& shown : make(transform, number).annotations) {
        plain = plain && shown.boxes.size() == own.boxes.size() &&
                std::abs(shown.boxes[0].center_x - own.boxes[0].center_x) < 1e-6;
      }
    }
    return plain;
  };
  EXPECT_TRUE(is_plain(0, 24));
  EXPECT_FALSE(is_plain(24, 26));
  EXPECT_FALSE(is_plain(70, 72));
  EXPECT_FALSE(is_plain(72, 78));
  EXPECT_TRUE(is_plain(78, 96));
  EXPECT_NE(make(transform, 77).size, (ImageSize{64, 64}));
  EXPECT_EQ(make(transform, 78).size, (ImageSize{64, 64}));
}

// A white object on black: whatever is done, it lies in its boxes, and they hold it.
TEST(TrainTransformMixing, BoxesFollowThePixels) {
  const auto read = [](std::int64_t index) {
    Image image(60, 80, 3, PixelType::kU8);
    const std::int64_t left = 4 + index, top = 30 - index, width = 20 + index, height = 20;
    for (std::int64_t y = top; y < top + height; ++y)
      std::fill_n(image.mutable_u8().begin() + (y * 80 + left) * 3, width * 3, 255);
    const auto fraction = [](double pixels, double side) { return pixels / side; };
    const NormalizedBox box = {
        fraction(static_cast<double>(left) + static_cast<double>(width) / 2, 80),
        fraction(static_cast<double>(top) + static_cast<double>(height) / 2, 60),
        fraction(static_cast<double>(width), 80),
        fraction(static_cast<double>(height), 60)};
    return SampleInput{image, {{box}, {index}}, "white"};
  };
  const TrainTransform transform(resolve({{"mosaic",
                                           {{"prob", 0.5},
                                            {"output_size", 64},
                                            {"rotation_range", 0},
                                            {"step_start", 0},
                                            {"step_stop", nullptr}}},
                                          {"mixup", nullptr},
                                          {"copyblend", nullptr},
                                          {"photometric_distort", nullptr},
                                          {"random_flip", {{"vertical_prob", 0.5}}},
                                          {"random_rotate_90", {{"prob", 0.5}}},
                                          {"normalize", nullptr}})
                                     .train);
  std::size_t boxes_seen = 0, insides_seen = 0;
  for (std::int64_t number = 0; number < 100; ++number) {
    const Batch batch = make(transform, number, read);
    const auto [height, width] = batch.size;
    for (std::size_t image = 0; image < batch.annotations.size(); ++image) {
      const float* red =
          batch.images.data() + static_cast<std::int64_t>(image) * 3 * height * width;
      std::vector<bool> covered(static_cast<std::size_t>(height * width));
      for (const NormalizedBox& box : batch.annotations[image].boxes) {
        const auto edge = [](double center, double side, double length) {
          return static_cast<std::int64_t>(std::lround((center + side / 2) * length));
        };
        const auto w = static_cast<double>(width), h = static_cast<double>(height);
        const std::int64_t x1 = edge(box.center_x, -box.width, w),
                           x2 = edge(box.center_x, box.width, w);
        const std::int64_t y1 = edge(box.center_y, -box.height, h),
                           y2 = edge(box.center_y, box.height, h);
        double white = 0;
        for (std::int64_t y = std::max<std::int64_t>(0, y1 - 2); y < std::min(height, y2 + 2);
             ++y) {
          for (std::int64_t x = std::max<std::int64_t>(0, x1 - 2); x < std::min(width, x2 + 2); ++x)
            covered[static_cast<std::size_t>(y * width + x)] = true;
        }
        ++boxes_seen;
        // Its border may be shared with black pixels, as wide as an enlarged pixel.
        const std::int64_t border = 3;
        if (x2 - x1 <= 2 * border || y2 - y1 <= 2 * border) continue;
        for (std::int64_t y = y1 + border; y < y2 - border; ++y) {
          for (std::int64_t x = x1 + border; x < x2 - border; ++x) white += red[y * width + x];
        }
        ++insides_seen;
        EXPECT_GE(white / static_cast<double>((y2 - y1 - 2 * border) * (x2 - x1 - 2 * border)),
                  0.95)
            << number << ", image " << image << ", " << x2 - x1 << "x" << y2 - y1;
      }
      double outside = 0;
      for (std::size_t i = 0; i < covered.size(); ++i) outside += covered[i] ? 0 : red[i];
      // Boxes below 4 pixels are left out.
      EXPECT_LE(outside, 4.0 * 4 * 30) << number << ", image " << image;
    }
  }
  EXPECT_GT(boxes_seen, 300U);
  EXPECT_GT(insides_seen, 200U);
}

TEST(TrainTransformMixing, ABadPartnerIsNamed) {
  const auto read = [](std::int64_t index) {
    return index == 0 ? SampleInput{Image(8, 8, 1, PixelType::kU8), {}, "gray.png"}
                      : read_sample(index);
  };
  const TrainTransform transform(
      resolve({{"mosaic", {{"prob", 1}, {"step_start", 0}, {"step_stop", nullptr}}}}).train);
  try {
    for (std::int64_t number = 0; number < 20; ++number) make(transform, number, read);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    EXPECT_TRUE(std::string(error.what()).starts_with("gray.png")) << error.what();
  }
}

TEST(TrainTransformMixing, SingleImagesAreDistributedAsTheReferences) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  test::expect_sample_distribution(TrainTransform(resolve({{"mosaic", nullptr},
                                                           {"mixup", nullptr},
                                                           {"copyblend", nullptr},
                                                           {"scale_jitter", nullptr},
                                                           {"min_bbox_size_px", 0}})
                                                      .train),
                                   test::read_json(path)["sample_pipeline"]);
}

TEST(TrainTransformMixing, SizesAreDrawnAsTheReferences) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const auto golden = test::read_json(path)["scale_jitter_size_counts"];
  // The default list at a tenth of its size.
  const TrainTransform transform(
      resolve_transforms(
          ltdetr_transform_family(LtdetrGeneration::kDinov3ConvNext, {.size_multiple = 1}),
          {{"image_size", {64, 64}}},
          {.default_image_size = {640, 640}, .run = {90000, 7393, 1}})
          .train);
  const Image image(8, 8, 3, PixelType::kU8);
  const auto read = [&](std::int64_t) { return SampleInput{image, {}, "black"}; };
  std::map<std::int64_t, int> counts;
  for (std::int64_t number = 0; number < test::kDraws; ++number) {
    ++counts[transform.make_batch(std::vector<std::int64_t>{0}, {.batch = number}, read)
                 .size.height];
  }
  ASSERT_EQ(counts.size(), golden.size());
  auto count = counts.begin();
  for (const auto& [side, golden_count] : golden.items()) {
    EXPECT_NEAR(static_cast<double>(count->first), std::stod(side) / 10, 0.5);
    const double share = side == "640" ? 20.0 / 30 : 1.0 / 30;
    // Five standard deviations: exceeded by chance less than once in a million.
    EXPECT_NEAR(
        count->second, test::kDraws * share, 5 * std::sqrt(test::kDraws * share * (1 - share)))
        << side;
    ++count;
  }
}

}  // namespace
}  // namespace saker

#include "inference/merge_detections.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/random_stream.hpp"
#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Detections from_json(const nlohmann::ordered_json& json) {
  Detections detections;
  for (std::size_t i = 0; i < json.at("labels").size(); ++i) {
    const auto& box = json.at("bboxes")[i];
    detections.add(json["labels"][i], {box[0], box[1], box[2], box[3]}, json["scores"][i]);
  }
  return detections;
}

void expect_equal(const Detections& found, const Detections& expected, float tolerance) {
  ASSERT_EQ(found.labels, expected.labels);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found.scores[i], expected.scores[i], 1e-6) << i;
    EXPECT_NEAR(found.bboxes[i].x1, expected.bboxes[i].x1, tolerance) << i;
    EXPECT_NEAR(found.bboxes[i].y1, expected.bboxes[i].y1, tolerance) << i;
    EXPECT_NEAR(found.bboxes[i].x2, expected.bboxes[i].x2, tolerance) << i;
    EXPECT_NEAR(found.bboxes[i].y2, expected.bboxes[i].y2, tolerance) << i;
  }
}

float uniform(RandomStream& random, float low, float high) {
  return low + (high - low) * static_cast<float>(random.uniform());
}

// Boxes of sides up to `side`, some empty or upside down, with scores of `levels` values, so that
// many are equal.
Detections random_detections(std::uint64_t seed, std::size_t count, float side, int levels) {
  RandomStream random({.seed = seed, .purpose = "boxes"});
  Detections detections;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = uniform(random, 0, 300), y = uniform(random, 0, 200);
    const float scale = std::exp(uniform(random, -4, 0));
    const float width = uniform(random, -0.05F, 1) * side * scale;
    const float height = uniform(random, -0.05F, 1) * side * scale;
    detections.add(
        static_cast<std::int64_t>(uniform(random, 0, 3)),
        {x, y, x + width, y + height},
        std::floor(uniform(random, 0, static_cast<float>(levels))) / static_cast<float>(levels));
  }
  return detections;
}

// The rule as it is written down, box by box.
Detections merge_by_hand(const Detections& all, const OverlapRule& rule, BoxMerge merge) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return all.scores[a] > all.scores[b];
  });
  Detections kept;
  std::vector<Box> originals;
  for (const std::size_t i : order) {
    std::size_t k = 0;
    for (; k < kept.size(); ++k) {
      const bool comparable = !rule.class_wise || kept.labels[k] == all.labels[i];
      const float overlap = box_overlap(originals[k], all.bboxes[i], rule.measure);
      if (comparable && static_cast<double>(overlap) > rule.threshold) break;
    }
    if (k == kept.size()) {
      kept.add(all.labels[i], all.bboxes[i], all.scores[i]);
      originals.push_back(all.bboxes[i]);
    } else if (merge == BoxMerge::kNmm) {
      Box& box = kept.bboxes[k];
      box = {std::min(box.x1, all.bboxes[i].x1),
             std::min(box.y1, all.bboxes[i].y1),
             std::max(box.x2, all.bboxes[i].x2),
             std::max(box.y2, all.bboxes[i].y2)};
    }
  }
  return kept;
}

TEST(MergeDetections, EqualsTheGolden) {
  SAKER_GOLDEN(path, "sahi/merge.json");
  const auto golden = test::read_json(path);
  for (const auto& entry : golden) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const Detections found =
        combine_views(from_json(entry["global"]),
                      from_json(entry["tiles"]),
                      {.nms_iou_threshold = entry["nms_iou_threshold"],
                       .global_local_iou_threshold = entry["global_local_iou_threshold"]});
    expect_equal(found, from_json(entry["out"]), 1e-4F);
  }
}

TEST(MergeDetections, EqualsTheRuleBoxByBox) {
  std::size_t dropped = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const float side = seed % 3 == 0 ? 20.0F : seed % 3 == 1 ? 120.0F : 2000.0F;
    const Detections all = random_detections(seed, 250, side, seed % 2 == 0 ? 7 : 1000);
    for (const BoxOverlap measure : {BoxOverlap::kIou, BoxOverlap::kIos}) {
      for (const double threshold : {0.0, 0.3, 0.9}) {
        const OverlapRule rule{
            .measure = measure, .threshold = threshold, .class_wise = seed % 4 == 0};
        const BoxMerge merge = seed % 5 < 2 ? BoxMerge::kNmm : BoxMerge::kNms;
        const Detections found = merge_overlapping(all, rule, merge);
        const Detections expected = merge_by_hand(all, rule, merge);
        ASSERT_EQ(found.bboxes, expected.bboxes) << seed;
        ASSERT_EQ(found.labels, expected.labels) << seed;
        ASSERT_EQ(found.scores, expected.scores) << seed;
        dropped += all.size() - found.size();
      }
    }
  }
  EXPECT_GT(dropped, 1000U);
}

TEST(MergeDetections, BoxesThatAreNoneMatchNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  Detections all;
  for (const Box& box : {Box{0, 0, 10, 10},
                         Box{0, 0, 10, 10},
                         Box{nan, 0, 10, 10},
                         Box{0, 0, infinity, 10},
                         Box{-1e30F, -1e30F, 1e30F, 1e30F},
                         Box{5, 5, 5, 5}})
    all.add(0, box, 0.5F);
  const Detections found = merge_overlapping(all, {.threshold = 0.1}, BoxMerge::kNms);
  EXPECT_EQ(found.size(), 5U);  // the second is gone
}

TEST(MergeDetections, NmmGrowsTheBetterBoxOverWhatItTakes) {
  Detections all;
  all.add(1, {0, 0, 10, 10}, 0.9F);
  all.add(2, {5, 0, 15, 10}, 0.8F);
  all.add(1, {14, 0, 24, 10}, 0.7F);  // overlaps what the first has become, not what it was
  const Detections found =
      merge_overlapping(all, {.measure = BoxOverlap::kIos, .threshold = 0.3}, BoxMerge::kNmm);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.bboxes[0], (Box{0, 0, 15, 10}));
  EXPECT_EQ(found.labels[0], 1);
  EXPECT_FLOAT_EQ(found.scores[0], 0.9F);
  EXPECT_EQ(found.bboxes[1], (Box{14, 0, 24, 10}));
}

TEST(MergeDetections, ThresholdsLieInZeroToOne) {
  EXPECT_THROW(combine_views({}, {}, {.nms_iou_threshold = 1.5}), Error);
  EXPECT_THROW(combine_views({}, {}, {.global_local_iou_threshold = -0.1}), Error);
  EXPECT_THROW(combine_views({}, {}, {.nms_iou_threshold = std::nan("")}), Error);
}

// 100,000 boxes of an image of 20,000 x 20,000 pixels, nine in ten of them near another one. Loops
// over all pairs would take minutes.
TEST(MergeDetections, TakesAHundredThousandBoxes) {
  RandomStream random({.seed = 7, .purpose = "boxes"});
  Detections all;
  for (int i = 0; i < 100000; ++i) {
    const bool is_near = i % 10 != 0;
    const Box at = is_near ? all.bboxes[all.size() - 1] : Box{};
    const float x = is_near ? at.x1 + uniform(random, -9, 9) : uniform(random, 0, 20000);
    const float y = is_near ? at.y1 + uniform(random, -9, 9) : uniform(random, 0, 20000);
    all.add(i % 5,
            {x, y, x + uniform(random, 8, 60), y + uniform(random, 8, 60)},
            uniform(random, 0, 1));
  }
  const auto begin = std::chrono::steady_clock::now();
  const Detections found = combine_views({}, all, {});
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  EXPECT_GT(found.size(), 10000U);
  EXPECT_LT(found.size(), 90000U);
  EXPECT_LT(seconds.count(), 5.0);  // 0.1 s on an idle core
}

}  // namespace
}  // namespace saker

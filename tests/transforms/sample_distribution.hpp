// What training samples look like on average, compared with the reference's.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "geometric_golden.hpp"
#include "quantiles.hpp"
#include "transforms/train_transform.hpp"

namespace saker::test {

// golden: the entry sample_pipeline of distributions.json. transform: makes images of 64 x 64 with
// photometric distortion, zoom-out, IoU crop and flips.
inline void expect_sample_distribution(const TrainTransform& transform,
                                       const nlohmann::ordered_json& golden) {
  nlohmann::ordered_json labels = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < golden["boxes"].size(); ++i) labels.push_back(i);
  const SampleInput input{
      noise_image("pipe/dist", 48, 64), read_annotations(golden["boxes"], labels), "pipe"};
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
  expect_quantiles(areas, golden["sum_box_area"], "area", 0.05);
  expect_quantiles(centers, golden["mean_cx"], "centre", 0.05);
  expect_quantiles(means, golden["image_mean_normalised"], "mean", 0.05);
}

}  // namespace saker::test

#include "detectors/ltdetr/distance_bins.hpp"

#include <cmath>
#include <vector>

#include "detectors/ltdetr/box_operations.hpp"

namespace saker {

torch::Tensor distance_bins(const DfineDistances& distances) {
  const std::int64_t half = distances.reg_max / 2;
  const double a = std::abs(distances.up * distances.reg_scale);
  const double step = std::pow(a + 1, 2.0 / static_cast<double>(distances.reg_max - 2));
  torch::Tensor bins = torch::zeros({distances.reg_max + 1});
  float* position = bins.mutable_data_ptr<float>();
  for (std::int64_t i = 1; i <= half; ++i) {
    const double distance = i == half ? 2 * a : std::pow(step, static_cast<double>(i)) - 1;
    position[half - i] = static_cast<float>(-distance);
    position[half + i] = static_cast<float>(distance);
  }
  return bins;
}

torch::Tensor boxes_from_distances(const torch::Tensor& references_cxcywh,
                                   const torch::Tensor& distances,
                                   double reg_scale) {
  const double scale = std::abs(reg_scale);
  const std::vector<torch::Tensor> reference = references_cxcywh.split(2, -1);
  const std::vector<torch::Tensor> distance = distances.split(2, -1);
  const torch::Tensor unit = reference[1] / scale;
  const torch::Tensor upper_left = reference[0] - (0.5 * scale + distance[0]) * unit;
  const torch::Tensor lower_right = reference[0] + (0.5 * scale + distance[1]) * unit;
  return xyxy_to_cxcywh(torch::cat({upper_left, lower_right}, -1));
}

DistanceTargets distance_targets(const torch::Tensor& references_cxcywh,
                                 const torch::Tensor& boxes_xyxy,
                                 const torch::Tensor& bins,
                                 double reg_scale) {
  const double scale = std::abs(reg_scale);
  const std::vector<torch::Tensor> reference = references_cxcywh.split(2, -1);
  const std::vector<torch::Tensor> corner = boxes_xyxy.split(2, -1);
  const torch::Tensor unit = reference[1] / scale + 1e-16;
  const torch::Tensor distances = torch::cat({(reference[0] - corner[0]) / unit - scale / 2,
                                              (corner[1] - reference[0]) / unit - scale / 2},
                                             -1);

  const std::int64_t last = bins.size(0) - 1;
  // The number of bins at or before the distance: 0 before the first bin, last + 1 beyond the last.
  const torch::Tensor passed = torch::bucketize(distances, bins, /*out_int32=*/false, true);
  const torch::Tensor left = (passed - 1).clamp(0, last - 1);
  const torch::Tensor to_left = (distances - bins.index({left})).abs();
  const torch::Tensor to_right = (bins.index({left + 1}) - distances).abs();
  torch::Tensor weight_right = to_left / (to_left + to_right);
  weight_right = torch::where(passed.gt(last), 1.0, weight_right);
  weight_right = torch::where(passed.eq(0), 0.0, weight_right);
  return {.left = left, .weight_left = 1 - weight_right, .weight_right = weight_right};
}

}  // namespace saker

#include "detectors/ltdetr/hungarian_matcher.hpp"

#include <algorithm>
#include <utility>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/linear_assignment.hpp"
#include "nn/parallel.hpp"

namespace saker {
namespace {

constexpr double kNanCost = 1;
constexpr double kLogFloor = 1e-8;

// logits at the targets' classes [K, B, M, Q] to costs.
torch::Tensor focal_cost(const torch::Tensor& logits, const MatcherSettings& settings) {
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor positive =
      settings.alpha * (1 - p).pow(settings.gamma) * -(p + kLogFloor).log();
  const torch::Tensor negative =
      (1 - settings.alpha) * p.pow(settings.gamma) * -(1 - p + kLogFloor).log();
  return positive - negative;
}

torch::Tensor class_cost(const torch::Tensor& logits,
                         const torch::Tensor& classes,
                         const MatcherSettings& settings) {
  const std::int64_t sets = logits.size(0), images = logits.size(1), queries = logits.size(2);
  const torch::Tensor index =
      classes.view({1, images, -1, 1}).expand({sets, images, classes.size(1), queries});
  const auto at_classes = [&](const torch::Tensor& values) {  // [K, B, Q, C]
    return values.transpose(2, 3).gather(2, index);           // [K, B, M, Q]
  };
  if (!settings.use_focal_loss) return -at_classes(logits.softmax(-1));
  return focal_cost(at_classes(logits), settings);
}

// costs: [M, Q], of which the first `targets` rows count.
MatchedPairs match_image(const float* costs, std::int64_t targets, std::int64_t queries) {
  const bool by_target = targets <= queries;
  const std::int64_t rows = std::min(targets, queries), columns = std::max(targets, queries);
  std::vector<double> matrix;
  matrix.reserve(static_cast<std::size_t>(rows * columns));
  if (by_target) {
    matrix.assign(costs, costs + rows * columns);
  } else {
    for (std::int64_t q = 0; q < queries; ++q) {
      for (std::int64_t t = 0; t < targets; ++t) matrix.push_back(costs[t * queries + q]);
    }
  }
  const std::vector<std::int64_t> assigned = assign_rows(matrix, rows, columns);

  MatchedPairs pairs;
  if (!by_target) {
    for (std::int64_t q = 0; q < queries; ++q) pairs.queries.push_back(q);
    pairs.targets = assigned;
    return pairs;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> sorted;  // query, target
  for (std::int64_t t = 0; t < targets; ++t) {
    sorted.emplace_back(assigned[static_cast<std::size_t>(t)], t);
  }
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [query, target] : sorted) {
    pairs.queries.push_back(query);
    pairs.targets.push_back(target);
  }
  return pairs;
}

}  // namespace

torch::Tensor matching_costs(const torch::Tensor& logits,
                             const torch::Tensor& boxes_cxcywh,
                             const BatchTargets& targets,
                             const MatcherSettings& settings) {
  const torch::NoGradGuard no_grad;
  const std::int64_t images = targets.images(), most = targets.most;
  // One more row, for places without a target.
  const torch::Tensor places = targets.places().flatten();
  const torch::Tensor target_boxes =
      torch::constant_pad_nd(targets.boxes_cxcywh, {0, 0, 0, 1}, 0.5).index_select(0, places);
  const torch::Tensor target_classes =
      torch::constant_pad_nd(targets.classes, {0, 1}).index_select(0, places);

  // Coordinates first: [4, K, B, 1, Q] against [4, 1, B, M, 1].
  const torch::Tensor predicted = sanitized_boxes(boxes_cxcywh);
  const torch::Tensor sought = target_boxes.view({1, images, most, 1, 4});
  const torch::Tensor cost_bbox =
      (predicted.unsqueeze(2).movedim(-1, 0).contiguous() - sought.movedim(-1, 0).contiguous())
          .abs_()
          .sum(0);
  const torch::Tensor cost_class =
      class_cost(logits, target_classes.view({images, most}), settings);
  const torch::Tensor cost_giou =
      -box_overlaps(cxcywh_to_xyxy(predicted).unsqueeze(2), cxcywh_to_xyxy(sought)).giou;
  return torch::nan_to_num(settings.cost_bbox * cost_bbox + settings.cost_class * cost_class +
                               settings.cost_giou * cost_giou,
                           kNanCost);
}

Matching match_targets(const torch::Tensor& logits,
                       const torch::Tensor& boxes_cxcywh,
                       const BatchTargets& targets,
                       const MatcherSettings& settings) {
  const std::int64_t sets = logits.size(0), images = logits.size(1), queries = logits.size(2);
  Matching matching;
  matching.pairs.assign(static_cast<std::size_t>(sets),
                        BatchPairs(static_cast<std::size_t>(images)));
  if (targets.total == 0) return matching;

  const torch::Tensor costs = matching_costs(logits, boxes_cxcywh, targets, settings);
  const torch::Tensor finite = boxes_cxcywh.detach().isfinite().all();
  // The one wait for the device.
  const torch::Tensor copied =
      torch::cat({costs.flatten(), finite.to(torch::kFloat).view({1})}).to(torch::kCPU);
  const float* values = copied.const_data_ptr<float>();
  matching.boxes_finite = values[costs.numel()] != 0;

  const std::int64_t block = targets.most * queries;
  parallel_for(sets * images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::size_t set = static_cast<std::size_t>(i / images);
      const std::size_t image = static_cast<std::size_t>(i % images);
      matching.pairs[set][image] = match_image(values + i * block, targets.counts[image], queries);
    }
  });
  return matching;
}

}  // namespace saker

#include "detectors/ltdetr/hungarian_matcher.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <utility>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/linear_assignment.hpp"
#include "nn/parallel.hpp"

namespace saker {
namespace {

constexpr double kNanCost = 1;
constexpr double kLogFloor = 1e-8;

// logits at the targets' classes [T, K, Q] to costs.
torch::Tensor focal_cost(const torch::Tensor& logits, const MatcherSettings& settings) {
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor positive =
      settings.alpha * (1 - p).pow(settings.gamma) * -(p + kLogFloor).log();
  const torch::Tensor negative =
      (1 - settings.alpha) * p.pow(settings.gamma) * -(1 - p + kLogFloor).log();
  return positive - negative;
}

// images: [T], of the targets.
torch::Tensor class_cost(const torch::Tensor& logits,
                         const torch::Tensor& images,
                         const torch::Tensor& classes,
                         const MatcherSettings& settings) {
  using torch::indexing::Slice;
  const auto at_classes = [&](const torch::Tensor& values) {   // [K, B, Q, C]
    return values.index({Slice(), images, Slice(), classes});  // [T, K, Q]
  };
  if (!settings.use_focal_loss) return -at_classes(logits.softmax(-1));
  return focal_cost(at_classes(logits), settings);
}

// costs: [targets, queries], rows that many numbers apart.
MatchedPairs match_image(const float* costs,
                         std::int64_t row_stride,
                         std::int64_t targets,
                         std::int64_t queries) {
  const bool by_target = targets <= queries;
  const std::int64_t rows = std::min(targets, queries), columns = std::max(targets, queries);
  std::vector<double> matrix;
  matrix.reserve(static_cast<std::size_t>(rows * columns));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t target = by_target ? row : column, query = by_target ? column : row;
      matrix.push_back(static_cast<double>(costs[target * row_stride + query]));
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
  std::vector<std::int64_t> image_of_target;
  for (std::size_t image = 0; image < targets.counts.size(); ++image) {
    image_of_target.insert(image_of_target.end(),
                           static_cast<std::size_t>(targets.counts[image]),
                           static_cast<std::int64_t>(image));
  }
  const torch::Tensor images = index_tensor(image_of_target, targets.device());

  // Coordinates first, so that operations run along the queries: [4, T, K, Q].
  const auto beside_targets = [&](const torch::Tensor& boxes) {
    return boxes.permute({3, 1, 0, 2}).index_select(1, images);
  };
  const torch::Tensor predicted = sanitized_boxes(boxes_cxcywh);
  const torch::Tensor sought = targets.boxes_cxcywh.view({targets.total, 1, 1, 4});
  const torch::Tensor cost_bbox = (beside_targets(predicted) - sought.movedim(-1, 0)).abs_().sum(0);
  const torch::Tensor cost_class = class_cost(logits, images, targets.classes, settings);
  const torch::Tensor cost_giou =
      -box_overlaps(beside_targets(cxcywh_to_xyxy(predicted)).movedim(0, -1),
                    cxcywh_to_xyxy(sought))
           .giou;
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

  parallel_for(sets * images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t set = i / images;
      const std::size_t image = static_cast<std::size_t>(i % images);
      matching.pairs[static_cast<std::size_t>(set)][image] =
          match_image(values + (targets.first[image] * sets + set) * queries,
                      sets * queries,
                      targets.counts[image],
                      queries);
    }
  });
  return matching;
}

}  // namespace saker

#include "detectors/picodet/simota_assigner.hpp"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "detectors/box_overlap.hpp"
#include "detectors/picodet/varifocal_loss.hpp"

namespace saker {
namespace {

constexpr float kOutsidePenalty = 1e8F;

bool inside(const Prior& prior, const Box& box) {
  return prior.x > box.x1 && prior.x < box.x2 && prior.y > box.y1 && prior.y < box.y2;
}

bool near_center(const Prior& prior, const Box& box, float radius) {
  const float reach = radius * prior.stride;
  return std::abs(prior.x - (box.x1 + box.x2) / 2) < reach &&
         std::abs(prior.y - (box.y1 + box.y2) / 2) < reach;
}

std::vector<std::int64_t> candidates_of(std::span<const Prior> priors,
                                        const GroundTruth& truth,
                                        float radius) {
  std::vector<std::int64_t> candidates;
  for (std::size_t prior = 0; prior < priors.size(); ++prior) {
    const bool wanted = std::any_of(truth.boxes.begin(), truth.boxes.end(), [&](const Box& box) {
      return inside(priors[prior], box) || near_center(priors[prior], box, radius);
    });
    if (wanted) candidates.push_back(static_cast<std::int64_t>(prior));
  }
  return candidates;
}

// What a label's cost is made of, for every candidate; boxes of one class share it.
struct LabelCosts {
  std::vector<float> log_p, log_not_p;  // clamped
  std::vector<float> other_classes;     // cost of all classes but this one, each with q = 0
  std::vector<float> background;        // cost of this class with q = 0
};

LabelCosts label_costs(const ImageLogits& classes,
                       std::int64_t label,
                       std::span<const float> background_cost,
                       std::span<const Prior> priors,
                       const std::vector<std::int64_t>& candidates) {
  LabelCosts costs;
  for (const std::int64_t candidate : candidates) {
    const std::size_t prior = static_cast<std::size_t>(candidate);
    const float p = sigmoid(classes.at(priors[prior], label));
    const float clamped = std::clamp(p, kMinProbability, 1.0F - kMinProbability);
    const float log_not_p = std::log(1.0F - clamped);
    const float background = -log_not_p * (kVarifocalAlpha * p * p);
    costs.log_p.push_back(std::log(clamped));
    costs.log_not_p.push_back(log_not_p);
    costs.background.push_back(background);
    costs.other_classes.push_back(background_cost[prior] - background);
  }
  return costs;
}

std::int64_t dynamic_k(const std::vector<float>& overlaps, std::int64_t topk) {
  std::vector<float> largest(
      std::min(overlaps.size(), static_cast<std::size_t>(std::max<std::int64_t>(topk, 1))));
  std::partial_sort_copy(
      overlaps.begin(), overlaps.end(), largest.begin(), largest.end(), std::greater<>());
  float sum = 0;
  for (const float overlap : largest) sum += overlap;
  // The comparison also catches NaN.
  return sum >= 1.0F
             ? std::min(static_cast<std::int64_t>(sum), static_cast<std::int64_t>(overlaps.size()))
             : 1;
}

struct Taker {
  std::int64_t gt = -1;
  float cost = 0, iou = 0;
};

}  // namespace

std::vector<Match> assign_simota(const ImageLogits& classes,
                                 std::span<const float> background_cost,
                                 std::span<const Prior> priors,
                                 std::span<const Box> decoded,
                                 const GroundTruth& truth,
                                 const SimOtaSettings& settings) {
  const float radius = static_cast<float>(settings.center_radius);
  const float iou_weight = static_cast<float>(settings.iou_weight);
  const std::vector<std::int64_t> candidates = candidates_of(priors, truth, radius);
  if (candidates.empty()) return {};

  std::unordered_map<std::int64_t, LabelCosts> costs_of_label;
  std::vector<float> overlaps(candidates.size()), costs(candidates.size());
  std::vector<Taker> takers(candidates.size());
  for (std::size_t gt = 0; gt < truth.size(); ++gt) {
    const Box& box = truth.boxes[gt];
    const std::int64_t label = truth.labels[gt];
    auto found = costs_of_label.find(label);
    if (found == costs_of_label.end()) {
      found = costs_of_label
                  .emplace(label, label_costs(classes, label, background_cost, priors, candidates))
                  .first;
    }
    const LabelCosts& of_label = found->second;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::size_t prior = static_cast<std::size_t>(candidates[i]);
      const auto [iou, giou] = overlap_of(decoded[prior], box);
      const float positive =
          -(iou * of_label.log_p[i] + (1.0F - iou) * of_label.log_not_p[i]) * iou;
      const float class_cost =
          of_label.other_classes[i] + (iou > 0 ? positive : of_label.background[i]);
      const bool both = inside(priors[prior], box) && near_center(priors[prior], box, radius);
      overlaps[i] = iou;
      costs[i] = class_cost + iou_weight * (1.0F - giou) + (both ? 0.0F : kOutsidePenalty);
    }
    const std::int64_t k = dynamic_k(overlaps, settings.candidate_topk);
    const torch::Tensor column =
        torch::from_blob(costs.data(), {static_cast<std::int64_t>(costs.size())}, torch::kFloat);
    const torch::Tensor taken = std::get<1>(at::topk(column, k, 0, /*largest=*/false));
    const std::int64_t* chosen = taken.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < k; ++i) {
      const std::size_t candidate = static_cast<std::size_t>(chosen[i]);
      Taker& taker = takers[candidate];
      if (taker.gt < 0 || costs[candidate] < taker.cost) {
        taker = {.gt = static_cast<std::int64_t>(gt),
                 .cost = costs[candidate],
                 .iou = overlaps[candidate]};
      }
    }
  }

  std::vector<Match> matches;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (takers[i].gt < 0) continue;
    matches.push_back({.prior = candidates[i], .gt = takers[i].gt, .iou = takers[i].iou});
  }
  return matches;
}

}  // namespace saker

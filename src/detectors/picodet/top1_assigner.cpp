#include "detectors/picodet/top1_assigner.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "detectors/box_overlap.hpp"
#include "detectors/picodet/varifocal_loss.hpp"

namespace saker {
namespace {

constexpr float kMinFactor = 1e-5F;

struct Option {
  std::int64_t prior = 0;
  float metric = 0, iou = 0;
};

// For std heaps, whose front is the best: the largest metric, then the first prior.
bool worse(const Option& a, const Option& b) {
  return a.metric != b.metric ? a.metric < b.metric : a.prior > b.prior;
}

// The sixth power is taken in double, so that it is rounded once.
float alignment(float probability, float iou) {
  const double overlap = std::max(iou, kMinFactor);
  const double squared = overlap * overlap;
  return std::sqrt(std::max(probability, kMinFactor)) *
         static_cast<float>(squared * squared * squared);
}

std::int64_t nearest_prior(std::span<const Prior> priors, const Box& box) {
  const float x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2;
  std::int64_t nearest = 0;
  float least = 0;
  for (std::size_t i = 0; i < priors.size(); ++i) {
    const float dx = priors[i].x - x, dy = priors[i].y - y;
    const float distance = dx * dx + dy * dy;
    if (i == 0 || distance < least) {
      least = distance;
      nearest = static_cast<std::int64_t>(i);
    }
  }
  return nearest;
}

std::vector<Option> options_of(const ImageLogits& classes,
                               std::span<const Prior> priors,
                               std::span<const Box> decoded,
                               const Box& box,
                               std::int64_t label) {
  std::vector<Option> options;
  const auto add = [&](std::size_t prior) {
    const float iou = overlap_of(decoded[prior], box).iou;
    const float metric = alignment(sigmoid(classes.at(priors[prior], label)), iou);
    // Leaves out NaN as well.
    if (metric > 0) {
      options.push_back({.prior = static_cast<std::int64_t>(prior), .metric = metric, .iou = iou});
    }
  };
  bool any = false;
  for (std::size_t i = 0; i < priors.size(); ++i) {
    const Prior& prior = priors[i];
    if (prior.x < box.x1 || prior.x > box.x2 || prior.y < box.y1 || prior.y > box.y2) continue;
    any = true;
    add(i);
  }
  if (!any && !priors.empty()) add(static_cast<std::size_t>(nearest_prior(priors, box)));
  std::make_heap(options.begin(), options.end(), worse);
  return options;
}

}  // namespace

std::vector<Match> assign_top1(const ImageLogits& classes,
                               std::span<const Prior> priors,
                               std::span<const Box> decoded,
                               const GroundTruth& truth) {
  std::vector<std::vector<Option>> options;
  std::vector<std::size_t> waiting;
  for (std::size_t gt = 0; gt < truth.size(); ++gt) {
    options.push_back(options_of(classes, priors, decoded, truth.boxes[gt], truth.labels[gt]));
    waiting.push_back(gt);
  }

  std::map<std::int64_t, Match> taken;  // by prior
  while (!waiting.empty()) {
    std::map<std::int64_t, std::size_t> named;  // prior -> the box that wins it
    std::vector<std::size_t> losers;
    for (const std::size_t gt : waiting) {
      std::vector<Option>& own = options[gt];
      while (!own.empty() && taken.contains(own.front().prior)) {
        std::pop_heap(own.begin(), own.end(), worse);
        own.pop_back();
      }
      if (own.empty()) continue;
      const auto [place, is_first] = named.try_emplace(own.front().prior, gt);
      if (is_first) continue;
      if (own.front().metric > options[place->second].front().metric) {
        losers.push_back(place->second);
        place->second = gt;
      } else {
        losers.push_back(gt);
      }
    }
    for (const auto& [prior, gt] : named) {
      taken[prior] = {
          .prior = prior, .gt = static_cast<std::int64_t>(gt), .iou = options[gt].front().iou};
    }
    std::sort(losers.begin(), losers.end());
    waiting = std::move(losers);
  }

  std::vector<Match> matches;
  for (const auto& [prior, match] : taken) matches.push_back(match);
  return matches;
}

}  // namespace saker

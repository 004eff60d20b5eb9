#include "detectors/picodet/classification_loss.hpp"

#include <ATen/Parallel.h>

#include <array>
#include <numeric>

#include "detectors/picodet/varifocal_loss.hpp"

namespace saker {

ClassificationLoss::ClassificationLoss(const BatchLogits& logits,
                                       std::int64_t num_priors,
                                       const BatchGradient* slopes)
    : logits_(&logits),
      slopes_(slopes),
      num_priors_(num_priors),
      costs_(static_cast<std::size_t>(logits.images() * num_priors)),
      sums_(static_cast<std::size_t>(logits.images())) {
  std::array<std::int64_t, kPicoDetLevels> first{};
  for (std::size_t level = 1; level < first.size(); ++level) {
    first[level] = first[level - 1] + logits.levels()[level - 1].cells;
  }
  std::vector<double> level_sums(sums_.size() * kPicoDetLevels);
  // One task an image and level, each with its own sums: the same result for any number of threads.
  const std::int64_t tasks = logits.images() * kPicoDetLevels;
  at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> losses;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t image = task / kPicoDetLevels;
      const std::size_t level = static_cast<std::size_t>(task % kPicoDetLevels);
      const LevelPlanes<const float>& planes = logits.levels()[level];
      losses.assign(static_cast<std::size_t>(planes.cells), 0.0F);
      float* costs = costs_.data() + image * num_priors + first[level];
      for (std::int64_t channel = 0; channel < logits.channels(); ++channel) {
        varifocal_background(planes.plane(image, channel),
                             planes.cells,
                             losses.data(),
                             costs,
                             slopes ? slopes->levels()[level].plane(image, channel) : nullptr);
      }
      level_sums[static_cast<std::size_t>(task)] =
          std::accumulate(losses.begin(), losses.end(), 0.0);
    }
  });
  for (std::size_t i = 0; i < level_sums.size(); ++i) {
    sums_[i / kPicoDetLevels] += level_sums[i];
  }
}

std::span<const float> ClassificationLoss::background_cost(std::int64_t image) const {
  return std::span(costs_).subspan(static_cast<std::size_t>(image * num_priors_),
                                   static_cast<std::size_t>(num_priors_));
}

void ClassificationLoss::set_positive(std::int64_t image,
                                      const Prior& prior,
                                      std::int64_t label,
                                      float q) {
  const float logit = logits_->image(image).at(prior, label);
  const VarifocalTerm positive = varifocal_loss(logit, q);
  sums_[static_cast<std::size_t>(image)] +=
      static_cast<double>(positive.value) - static_cast<double>(varifocal_loss(logit, 0.0F).value);
  if (slopes_ != nullptr) slopes_->image(image).at(prior, label) = positive.slope;
}

void scale_image(const BatchGradient& gradient, std::int64_t image, float factor) {
  for (const LevelPlanes<float>& level : gradient.levels()) {
    float* values = level.plane(image, 0);
    for (std::int64_t i = 0; i < level.batch_stride; ++i) values[i] *= factor;
  }
}

}  // namespace saker

#include "detectors/ltdetr/distribution_losses.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>

namespace saker {
namespace {

constexpr std::int64_t kEdges = 4;
constexpr double kTemperature = 5;

// The weighted sum over queries, edges and bins of a divergence whose gradient with respect to the
// student's logits is weight * (p_student - p_teacher) / T.
struct WeightedDivergence : public torch::autograd::Function<WeightedDivergence> {
  // student: [K, N, 4, bins], teacher: [N, 4, bins], weight: [K, N].
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& student,
                               const torch::Tensor& teacher,
                               const torch::Tensor& weight,
                               bool differentiable) {
    const torch::Tensor teacher_log = (teacher / kTemperature).log_softmax(-1);
    const torch::Tensor teacher_p = teacher_log.exp();
    torch::Tensor student_log = (student / kTemperature).log_softmax(-1);
    const torch::Tensor divergence =
        (teacher_log - student_log).mul_(teacher_p).flatten(2).sum(2);  // [K, N]
    if (differentiable) {
      const torch::Tensor gradient = student_log.exp_().sub_(teacher_p).mul_(
          (weight / kTemperature).unsqueeze(2).unsqueeze(3));
      context->save_for_backward({gradient});
    }
    return (divergence * weight).sum(1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& incoming) {
    const torch::Tensor gradient = context->get_saved_variables().at(0);
    const torch::Tensor nothing;
    return {gradient * incoming.at(0).view({-1, 1, 1, 1}), nothing, nothing, nothing};
  }
};

}  // namespace

torch::Tensor fine_grained_localization_losses(const torch::Tensor& corners,
                                               const torch::Tensor& rows,
                                               const DistanceTargets& targets,
                                               const torch::Tensor& iou) {
  const std::int64_t sets = rows.size(0), pairs = rows.size(1);
  const std::int64_t bins = corners.size(-1) / kEdges;
  const torch::Tensor log_probability = corners.flatten(0, 2)
                                            .index_select(0, rows.flatten())
                                            .view({sets, pairs, kEdges, bins})
                                            .log_softmax(-1);
  const torch::Tensor both_bins = torch::stack({targets.left, targets.left + 1}, -1);
  const torch::Tensor weights = torch::stack({targets.weight_left, targets.weight_right}, -1);
  const torch::Tensor at_bins =
      log_probability.gather(-1, both_bins.expand({sets, pairs, kEdges, 2}));
  const torch::Tensor cross_entropy = -(at_bins * weights).sum({2, 3});  // [K, P], over the edges
  return (cross_entropy * iou.detach()).sum(1);
}

DistillationShares distillation_shares(std::int64_t pairs, std::int64_t queries) {
  if (queries == 0) return {};
  const double matched = std::sqrt(static_cast<double>(pairs));
  const double unmatched = std::sqrt(static_cast<double>(queries - pairs));
  return {.matched = matched / (matched + unmatched),
          .unmatched = unmatched / (matched + unmatched)};
}

torch::Tensor distillation_losses(const torch::Tensor& corners,
                                  const Teacher& teacher,
                                  const torch::Tensor& rows,
                                  const torch::Tensor& iou,
                                  const DistillationShares& shares) {
  const std::int64_t sets = corners.size(0), queries = corners.size(1) * corners.size(2);
  const std::int64_t bins = corners.size(-1) / kEdges, pairs = rows.size(1);
  const auto per_query = [](double share, std::int64_t count) {
    constexpr double kScale = kTemperature * kTemperature / static_cast<double>(kEdges);
    return count == 0 ? 0 : kScale * share / static_cast<double>(count);
  };
  torch::Tensor weight;
  {
    const torch::NoGradGuard no_grad;
    const torch::Tensor confidence = teacher.logits.sigmoid().amax(-1).flatten();  // [B * Q]
    weight = (confidence * per_query(shares.unmatched, queries - pairs)).repeat({sets, 1});
    weight.view(-1).index_copy_(
        0, rows.flatten(), (iou.detach() * per_query(shares.matched, pairs)).flatten());
  }
  const bool differentiable = corners.requires_grad() && torch::GradMode::is_enabled();
  return WeightedDivergence::apply(corners.reshape({sets, queries, kEdges, bins}),
                                   teacher.corners.detach().reshape({queries, kEdges, bins}),
                                   weight,
                                   differentiable);
}

}  // namespace saker

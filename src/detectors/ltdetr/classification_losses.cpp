#include "detectors/ltdetr/classification_losses.hpp"

#include <torch/autograd.h>

namespace saker {
namespace {

// [K * P]: indices of the matched entries among all logits.
torch::Tensor flat_entries(const torch::Tensor& logits, const MatchedEntries& matched) {
  return (matched.rows * logits.size(-1) + matched.classes).flatten();
}

// Value and gradient need the same few large arrays, so both are computed at once.
struct VarifocalLosses : public torch::autograd::Function<VarifocalLosses> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& logits,
                               const torch::Tensor& entries,
                               const torch::Tensor& scores,
                               double alpha,
                               double gamma,
                               bool differentiable) {
    const torch::Tensor p = logits.sigmoid();
    const torch::Tensor weight = p.pow(gamma).mul_(alpha);
    const torch::Tensor background = torch::softplus(logits).mul_(weight).sum({1, 2, 3});

    const torch::Tensor x = logits.flatten().index_select(0, entries).view_as(scores);
    const torch::Tensor p_matched = x.sigmoid(), softplus = torch::softplus(x);
    const torch::Tensor counted_as_background = p_matched.pow(gamma).mul_(alpha).mul_(softplus);
    const torch::Tensor matched = scores * (softplus - scores * x) - counted_as_background;

    if (differentiable) {
      const torch::Tensor gradient = weight.mul_(p);
      gradient.view(-1).index_copy_(0, entries, (scores * (p_matched - scores)).flatten());
      context->save_for_backward({gradient});
    }
    return background + matched.sum(1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& incoming) {
    const torch::Tensor gradient = context->get_saved_variables().at(0);
    const torch::Tensor nothing;
    return {
        gradient * incoming.at(0).view({-1, 1, 1, 1}), nothing, nothing, nothing, nothing, nothing};
  }
};

}  // namespace

torch::Tensor varifocal_losses(const torch::Tensor& logits,
                               const MatchedEntries& matched,
                               const torch::Tensor& scores,
                               double alpha,
                               double gamma) {
  const bool differentiable = logits.requires_grad() && torch::GradMode::is_enabled();
  return VarifocalLosses::apply(logits.contiguous(),
                                flat_entries(logits, matched),
                                scores.detach(),
                                alpha,
                                gamma,
                                differentiable);
}

torch::Tensor focal_losses(const torch::Tensor& logits,
                           const MatchedEntries& matched,
                           double alpha,
                           double gamma) {
  torch::Tensor target = torch::zeros_like(logits, torch::MemoryFormat::Contiguous);
  target.view(-1).index_fill_(0, flat_entries(logits, matched), 1);
  const torch::Tensor p = logits.sigmoid();
  const torch::Tensor entropy =
      torch::binary_cross_entropy_with_logits(logits, target, {}, {}, at::Reduction::None);
  const torch::Tensor missing = p + target - 2 * p * target;  // 1 - p for targets, p for others
  const torch::Tensor weight = (1 - alpha) + (2 * alpha - 1) * target;
  return (weight * missing.pow(gamma) * entropy).sum({1, 2, 3});
}

}  // namespace saker

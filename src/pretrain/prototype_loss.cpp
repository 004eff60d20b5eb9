#include "pretrain/prototype_loss.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>

#include "nn/float32_island.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kChunkLogits = std::int64_t{1} << 23;
constexpr std::int64_t kLeastChunkRows = 16;

// What the loss of given rows is made of, and its gradients with respect to the student's vectors
// and the prototypes.
struct LossAndGradients {
  std::vector<torch::Tensor> parts;
  torch::Tensor total, of_student, of_prototypes;
};

class Accumulation {
 public:
  Accumulation(const torch::Tensor& student,
               const torch::Tensor& prototypes,
               double temperature,
               bool with_gradients)
      : student_(student),
        factor_(product_factor(prototypes)),
        temperature_(temperature),
        with_gradients_(with_gradients) {
    if (!with_gradients) return;
    result_.of_student = torch::empty_like(student);
    result_.of_prototypes = torch::zeros_like(prototypes);
  }

  // Rows first .. of the part, which stand from `place` on.
  torch::Tensor add(const PrototypeLossPart& part,
                    std::int64_t place,
                    std::int64_t first,
                    std::int64_t count) {
    const torch::Tensor rows = student_.narrow(0, place, count);
    const torch::Tensor targets = part.targets(first, count);
    torch::Tensor logits = prototype_logits(rows, factor_).div_(temperature_);
    const torch::Tensor weights = part.row_weights.narrow(0, first, count).to(logits.options());
    const torch::Tensor log_sums = logits.logsumexp(1);
    const torch::Tensor hits = (targets * logits).sum(1);
    const torch::Tensor loss = ((log_sums * part.mass - hits) * weights).sum();
    if (!with_gradients_) return loss;
    // mass softmax(logits) - targets, times what stands before it.
    logits.sub_(log_sums.unsqueeze(1)).exp_();
    if (part.mass != 1) logits.mul_(part.mass);
    logits.sub_(targets).mul_((weights * (part.loss_weight / temperature_)).unsqueeze(1));
    const torch::Tensor gradient = logits.to(factor_.scalar_type());
    result_.of_student.narrow(0, place, count).copy_(torch::mm(gradient, factor_));
    const torch::Tensor vectors = rows.to(factor_.scalar_type());
    if (factor_.scalar_type() == result_.of_prototypes.scalar_type()) {
      result_.of_prototypes.addmm_(gradient.t(), vectors);
    } else {
      result_.of_prototypes.add_(torch::mm(gradient.t(), vectors));
    }
    return loss;
  }

  LossAndGradients& result() { return result_; }

 private:
  torch::Tensor student_, factor_;
  double temperature_;
  bool with_gradients_;
  LossAndGradients result_;
};

LossAndGradients compute(const torch::Tensor& student,
                         const torch::Tensor& prototypes,
                         const std::vector<PrototypeLossPart>& parts,
                         double temperature,
                         std::int64_t chunk_rows,
                         bool with_gradients) {
  Accumulation accumulation(student, prototypes, temperature, with_gradients);
  LossAndGradients& result = accumulation.result();
  result.total = torch::zeros({}, student.options());
  std::int64_t place = 0;
  for (const PrototypeLossPart& part : parts) {
    torch::Tensor loss = torch::zeros({}, student.options());
    for (std::int64_t first = 0; first < part.rows; first += chunk_rows) {
      const std::int64_t count = std::min(chunk_rows, part.rows - first);
      loss = loss + accumulation.add(part, place + first, first, count);
    }
    place += part.rows;
    result.total = result.total + loss * part.loss_weight;
    result.parts.push_back(loss);
  }
  return std::move(result);
}

// Hands out what was computed in the forward pass.
class PrototypeLossFunction : public torch::autograd::Function<PrototypeLossFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& /*student*/,
                               const torch::Tensor& /*prototypes*/,
                               const torch::Tensor& total,
                               const torch::Tensor& of_student,
                               const torch::Tensor& of_prototypes) {
    context->save_for_backward({of_student, of_prototypes});
    return total.clone();
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {saved[0] * gradients[0], saved[1] * gradients[0], {}, {}, {}};
  }
};

}  // namespace

torch::Tensor product_factor(const torch::Tensor& prototypes) {
  const at::DeviceType device = prototypes.device().type();
  if (!at::autocast::is_autocast_enabled(device)) return prototypes;
  return prototypes.to(at::autocast::get_autocast_dtype(device));
}

torch::Tensor prototype_logits(const torch::Tensor& rows, const torch::Tensor& prototypes) {
  const Float32Island island;
  const torch::Tensor logits = torch::mm(rows.to(prototypes.scalar_type()), prototypes.t());
  return logits.scalar_type() == torch::kFloat64 ? logits : logits.to(torch::kFloat32);
}

PrototypeLoss prototype_loss(const torch::Tensor& student,
                             const torch::Tensor& prototypes,
                             const std::vector<PrototypeLossPart>& parts,
                             double temperature,
                             std::int64_t chunk_rows) {
  if (chunk_rows <= 0) {
    chunk_rows =
        std::max(kLeastChunkRows, kChunkLogits / std::max<std::int64_t>(prototypes.size(0), 1));
  }
  const bool with_gradients =
      torch::GradMode::is_enabled() && (student.requires_grad() || prototypes.requires_grad());
  LossAndGradients result;
  {
    const torch::NoGradGuard no_grad;
    result = compute(
        student.detach(), prototypes.detach(), parts, temperature, chunk_rows, with_gradients);
  }
  PrototypeLoss loss{.total = result.total, .parts = std::move(result.parts)};
  if (with_gradients) {
    loss.total = PrototypeLossFunction::apply(
        student, prototypes, result.total, result.of_student, result.of_prototypes);
  }
  return loss;
}

}  // namespace saker

#include "detectors/known_gradient.hpp"

#include <torch/autograd.h>

#include <memory>

namespace saker {
namespace {

using Gradients = std::shared_ptr<const std::vector<torch::Tensor>>;

struct KnownGradient : public torch::autograd::Function<KnownGradient> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               at::TensorList /*inputs*/,
                               const Gradients& gradients,
                               double value) {
    // They hold no graph of their own, so that keeping them here makes no cycle.
    context->saved_data["gradients"] = *gradients;
    return torch::full({}, value, torch::kFloat);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& incoming) {
    torch::autograd::variable_list outgoing = context->saved_data["gradients"].toTensorVector();
    const float factor = incoming[0].item<float>();  // on the CPU: no synchronisation
    if (factor != 1.0F) {
      for (torch::Tensor& gradient : outgoing) gradient = gradient * factor;
    }
    outgoing.resize(outgoing.size() + 2);  // none for the gradients and the value
    return outgoing;
  }
};

}  // namespace

torch::Tensor with_known_gradient(double value,
                                  const std::vector<torch::Tensor>& inputs,
                                  const std::vector<torch::Tensor>& gradients) {
  return KnownGradient::apply(
      at::TensorList(inputs), std::make_shared<const std::vector<torch::Tensor>>(gradients), value);
}

}  // namespace saker

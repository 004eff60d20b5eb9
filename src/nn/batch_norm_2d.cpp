#include "nn/batch_norm_2d.hpp"

#include "nn/synchronized_batch_norm.hpp"

namespace saker {

torch::Tensor BatchNorm2dImpl::forward(const torch::Tensor& x) {
  if (!is_synchronized()) return torch::nn::BatchNorm2dImpl::forward(x);
  num_batches_tracked.add_(1);
  return synchronized_batch_norm(x,
                                 weight,
                                 bias,
                                 running_mean,
                                 running_var,
                                 options.momentum().value(),
                                 options.eps(),
                                 exchange_);
}

void synchronize_batch_norms(torch::nn::Module& model,
                             const ProcessExchangePointer& exchange,
                             bool all) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    auto* norm = dynamic_cast<BatchNorm2dImpl*>(module.get());
    if (norm == nullptr) continue;
    const bool shares = all || norm->scope() == BatchNormScope::kAllProcesses;
    norm->set_exchange(shares ? exchange : nullptr);
  }
}

}  // namespace saker

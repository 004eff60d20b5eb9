// The batch norm of all models: LibTorch's, which can be told of the other processes of a training.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/process_exchange.hpp"

namespace saker {

// Whose batches a norm's statistics are taken over while several processes train one model.
enum class BatchNormScope { kOwnProcess, kAllProcesses };

// Parameters, buffers and results of torch::nn::BatchNorm2d (eps 1e-5, momentum 0.1).
class BatchNorm2dImpl : public torch::nn::BatchNorm2dImpl {
 public:
  explicit BatchNorm2dImpl(std::int64_t channels,
                           BatchNormScope scope = BatchNormScope::kOwnProcess)
      : torch::nn::BatchNorm2dImpl(channels), scope_(scope) {}

  torch::Tensor forward(const torch::Tensor& x);

  // Of the architecture.
  BatchNormScope scope() const { return scope_; }
  // While training, statistics are taken over its processes; nullptr: over this one.
  void set_exchange(const ProcessExchangePointer& exchange) { exchange_ = exchange; }
  bool is_synchronized() const { return exchange_ && is_training(); }

 private:
  BatchNormScope scope_;
  ProcessExchangePointer exchange_;
};
TORCH_MODULE(BatchNorm2d);

// Tells the norms of a model that are synchronised by its architecture, or all of them.
void synchronize_batch_norms(torch::nn::Module& model,
                             const ProcessExchangePointer& exchange,
                             bool all);

}  // namespace saker

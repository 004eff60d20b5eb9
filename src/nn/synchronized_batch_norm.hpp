// Batch norm whose statistics are those of all processes of a training.
#pragma once

#include <torch/types.h>

#include "nn/process_exchange.hpp"

namespace saker {

// As torch::batch_norm in training on the batches of all processes put together: mean and (biased)
// variance over them all, towards which the running statistics move (the variance unbiased).
// x: [B, C, H, W], float32 or bfloat16, with other B, H, W in each process; weight, bias,
// running_mean, running_var: [C] float32. Differentiable in x, weight and bias; the gradients of
// weight and bias are those of this process's batch, to be added up with the others' like all
// gradients. One exchange of 2 C + 1 numbers forward and of 2 C backward. Throws Error (usage) for
// one value a channel over all processes.
torch::Tensor synchronized_batch_norm(const torch::Tensor& x,
                                      const torch::Tensor& weight,
                                      const torch::Tensor& bias,
                                      const torch::Tensor& running_mean,
                                      const torch::Tensor& running_var,
                                      double momentum,
                                      double eps,
                                      const ProcessExchangePointer& exchange);

}  // namespace saker

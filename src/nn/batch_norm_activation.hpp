// Batch norm of channels-last maps with the activation behind it, in one operation.
#pragma once

#include <torch/types.h>

#include "nn/activation.hpp"
#include "nn/batch_norm_2d.hpp"

namespace saker {

// activation(norm(x)), with the module's training flag, its running statistics moved and its
// batches counted as by its own forward(). x: [B, C, H, W]. Differentiable once in x and the
// module's weight and bias. Own kernels serve maps of float32 or bfloat16 that are channels-last on
// the CPU while training, without activation, with ReLU or SiLU: nothing but x is kept for the
// backward pass, and gradients do not depend on the number of threads. Everything else goes to
// LibTorch.
torch::Tensor batch_norm_activation(const torch::Tensor& x,
                                    BatchNorm2dImpl& norm,
                                    Activation activation);

}  // namespace saker

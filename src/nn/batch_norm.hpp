// Batch norm with an optional ReLU behind it, in one operation.
#pragma once

#include <torch/types.h>

namespace saker {

// y = weight * (x - mean) / sqrt(var + eps) + bias, then max(y, 0) if relu.
//
// input: [B, C, H, W]; weight, bias, running_mean, running_var: [C]. Training takes mean and
// (biased) variance over B, H, W and moves the running statistics by momentum towards them (the
// variance unbiased); otherwise the running statistics are used. Differentiable in input, weight
// and bias. Counting batches (num_batches_tracked) is the caller's. Own kernels serve contiguous
// float32 on the CPU while training; everything else goes to torch::batch_norm. Throws c10::Error
// as torch::batch_norm does, e.g. for one value per channel while training. Source: Ioffe and
// Szegedy, "Batch Normalization", ICML 2015.
torch::Tensor batch_norm_relu(const torch::Tensor& input,
                              const torch::Tensor& weight,
                              const torch::Tensor& bias,
                              const torch::Tensor& running_mean,
                              const torch::Tensor& running_var,
                              bool training,
                              double momentum,
                              double eps,
                              bool relu);

}  // namespace saker

// 1x1 convolution: a matrix product of the channels at every pixel.
#pragma once

#include <torch/types.h>

namespace saker {

// output[b, o, y, x] = sum_c weight[o, c, 0, 0] * input[b, c, y, x] + bias[o]
//
// input: [B, C, H, W]; weight: [O, C, 1, 1]; bias: [O] or undefined. Returns [B, O, H, W] as
// torch::conv2d does and is differentiable in all three. Products of our own serve float32 on
// x86-64 processors with AVX2 or AVX-512; everything else, autocast included, goes to
// torch::conv2d. The own ones give the same bits for any number of threads.
torch::Tensor pointwise_conv2d(const torch::Tensor& input,
                               const torch::Tensor& weight,
                               const torch::Tensor& bias = {});

// The same and, if wanted, ReLU in one pass, for inference. Not differentiable.
torch::Tensor pointwise_conv2d_bias_relu(const torch::Tensor& input,
                                         const torch::Tensor& weight,
                                         const torch::Tensor& bias,
                                         bool relu);

}  // namespace saker

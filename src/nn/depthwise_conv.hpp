// Depthwise 2-D convolution: one filter for each channel.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace saker {

// output[b, c, y, x] = sum_ij weight[c, 0, i, j] * input[b, c, y * stride + i - padding, x * stride
// + j - padding]
//
// input: [B, C, H, W], weight: [C, 1, k, k]. Returns [B, C, H', W'] as torch::conv2d with groups =
// C does, and is differentiable in both arguments. Kernels of our own serve float32 on the CPU with
// k = 3 or 5, stride 1 or 2 and padding k / 2; everything else, autocast included, goes to
// torch::conv2d. The own kernels give the same bits for any number of threads.
torch::Tensor depthwise_conv2d(const torch::Tensor& input,
                               const torch::Tensor& weight,
                               std::int64_t stride,
                               std::int64_t padding);

// The same plus bias [C] and, if wanted, ReLU in one pass: for inference with batch norm folded
// into weight and bias. Not differentiable.
torch::Tensor depthwise_conv2d_bias_relu(const torch::Tensor& input,
                                         const torch::Tensor& weight,
                                         const torch::Tensor& bias,
                                         std::int64_t stride,
                                         std::int64_t padding,
                                         bool relu);

}  // namespace saker

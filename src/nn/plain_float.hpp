// Which tensors the kernels of this folder take.
#pragma once

#include <torch/types.h>

#include <vector>

namespace saker {

// A float32 tensor in ordinary CPU memory, of any strides.
inline bool is_plain_float(const torch::Tensor& tensor) {
  return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
         tensor.layout() == torch::kStrided;
}

// tensor: [B, C, H, W]. The same values with each image contiguous; images may be apart, as in a
// slice of channels.
inline torch::Tensor with_contiguous_images(const torch::Tensor& tensor) {
  const bool contiguous = tensor.stride(3) == 1 && tensor.stride(2) == tensor.size(3) &&
                          tensor.stride(1) == tensor.size(2) * tensor.size(3);
  return contiguous ? tensor : tensor.contiguous();
}

// A tensor of any float type as contiguous float32 on the CPU; itself where it is one.
inline torch::Tensor plain_tensor(const torch::Tensor& tensor) {
  return tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
}

// The values of a tensor of any float type, row by row.
inline std::vector<float> plain_values(const torch::Tensor& tensor) {
  const torch::Tensor plain = plain_tensor(tensor);
  const float* const data = plain.const_data_ptr<float>();
  return {data, data + plain.numel()};
}

}  // namespace saker

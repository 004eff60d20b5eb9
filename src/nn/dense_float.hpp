// Which tensors the passes over plain arrays of floats take.
#pragma once

#include <torch/types.h>

namespace saker {

// Float32 on the CPU, every element of its memory once, in any order of dimensions.
inline bool is_dense_float(const torch::Tensor& tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat &&
         tensor.layout() == torch::kStrided && tensor.is_non_overlapping_and_dense();
}

// Whether equal positions in memory hold equal indices.
inline bool are_laid_out_alike(const torch::Tensor& a, const torch::Tensor& b) {
  return b.is_cpu() && b.layout() == torch::kStrided && a.scalar_type() == b.scalar_type() &&
         a.sizes() == b.sizes() && a.strides() == b.strides();
}

}  // namespace saker

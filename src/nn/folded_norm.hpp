// A layer norm for the kernels of prediction.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nn/linear_kernel.hpp"

namespace saker {

// (x - mean) / sqrt(variance + eps) * weight + bias over rows of weight.numel() values. Empty until
// it is made from weights. Needs a LinearKernel, as PackedLinear does.
class FoldedNorm {
 public:
  FoldedNorm() = default;
  FoldedNorm(const torch::Tensor& weight, const torch::Tensor& bias, double eps);

  std::int64_t size() const { return static_cast<std::int64_t>(weight_.size()); }
  // For one thread. to: x.rows rows, contiguous; may be x itself if that is contiguous.
  void write(const RowsView& x, float* to) const;

 private:
  std::vector<float> weight_, bias_;
  float eps_ = 0;
};

}  // namespace saker

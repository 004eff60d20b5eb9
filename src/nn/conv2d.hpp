// A 2-D convolution whose weights wait to be loaded.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace saker {

struct Conv2dOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;  // zeros on every side
  std::int64_t groups = 1;
  bool bias = true;
};

// [B, in, H, W] -> [B, out, H', W'] with H' = (H + 2 padding - kernel) / stride + 1.
//
// Keys: weight [out, in / groups, kernel, kernel], bias [out]. Unlike torch::nn::Conv2d it leaves
// them uninitialised (see linear.hpp).
class Conv2dImpl : public torch::nn::Module {
 public:
  explicit Conv2dImpl(const Conv2dOptions& options);

  torch::Tensor forward(const torch::Tensor& x) const;
  const Conv2dOptions& options() const { return options_; }

  torch::Tensor weight, bias;  // bias: undefined without

 private:
  Conv2dOptions options_;
};
TORCH_MODULE(Conv2d);

}  // namespace saker

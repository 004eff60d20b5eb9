// A linear layer whose weights wait to be loaded.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>

namespace saker {

// y = x weight^T + bias over the last dimension: [..., in] -> [..., out].
//
// Keys: weight [out, in], bias [out]. Unlike torch::nn::Linear it leaves them uninitialised: large
// models are mostly loaded, and random numbers for every weight would take longer than that.
class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(std::int64_t in, std::int64_t out, bool with_bias = true);

  torch::Tensor forward(const torch::Tensor& x) const;
  // forward(x) * scale, scale: [out], or undefined for none.
  torch::Tensor forward_scaled(const torch::Tensor& x, const torch::Tensor& scale) const;
  // The same of product(weight, bias), whatever comes before them. What is trained multiplies the
  // scale into the weights, of which there are fewer than outputs.
  template <class Product>
  torch::Tensor with_scale(const torch::Tensor& scale, const Product& product) const {
    if (!scale.defined()) return product(weight, bias);
    if (!torch::GradMode::is_enabled()) return product(weight, bias) * scale;
    return product(weight * scale.unsqueeze(1), bias.defined() ? bias * scale : bias);
  }

  torch::Tensor weight, bias;  // bias: undefined without
};
TORCH_MODULE(Linear);

}  // namespace saker

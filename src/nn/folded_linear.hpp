// A linear layer and the activation behind it in one unit, for prediction.
#pragma once

#include <torch/types.h>

#include "nn/activation.hpp"
#include "nn/linear.hpp"
#include "nn/packed_linear.hpp"

namespace saker {

// y = activation(x weight^T + bias) over the last dimension. Empty until it is made from weights;
// later changes of those do not reach it. On the CPU it computes with PackedLinear, or, on
// processors without its kernel, through oneDNN. Not differentiable.
class FoldedLinear {
 public:
  FoldedLinear() = default;
  // weight: [out, in]; bias: [out], or undefined for none. Both are copied.
  FoldedLinear(const torch::Tensor& weight,
               const torch::Tensor& bias,
               Activation activation = Activation::kNone);
  explicit FoldedLinear(const LinearImpl& linear, Activation activation = Activation::kNone);

  explicit operator bool() const { return packed_ || weight_.defined(); }
  // x: [..., in] float32. Returns [..., out].
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  PackedLinear packed_;   // empty where another way serves
  torch::Tensor weight_;  // in oneDNN's own order where that serves
  torch::Tensor bias_;
  Activation activation_ = Activation::kNone;
};

}  // namespace saker

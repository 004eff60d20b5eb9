// A linear layer with its activation, in the trained form and in one for prediction.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/activation.hpp"
#include "nn/folded_linear.hpp"
#include "nn/linear.hpp"

namespace saker {

// y = activation(x weight^T + bias): [..., in] -> [..., out]. Keys: weight [out, in], bias [out].
class LinearUnitImpl : public LinearImpl {
 public:
  LinearUnitImpl(std::int64_t in, std::int64_t out, Activation activation = Activation::kNone)
      : LinearImpl(in, out), activation_(activation) {}

  torch::Tensor forward(const torch::Tensor& x) const;

  // For good, into the form for prediction; weight and bias are given up.
  void fold();

 private:
  Activation activation_;
  FoldedLinear folded_;
};
TORCH_MODULE(LinearUnit);

}  // namespace saker

// The activations of activation_kind.hpp on tensors.
#pragma once

#include <torch/types.h>

#include <string_view>

#include "nn/activation_kind.hpp"

namespace saker {

torch::Tensor activate(const torch::Tensor& x, Activation activation);
// The same in place, on a tensor that the caller alone holds. Returns it.
torch::Tensor activate_(torch::Tensor x, Activation activation);

// As oneDNN's fused operators in LibTorch call it.
std::string_view onednn_name(Activation activation);

}  // namespace saker

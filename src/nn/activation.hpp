// The activations that follow convolutions and linear layers.
#pragma once

#include <torch/torch.h>

#include <string_view>

namespace saker {

enum class Activation {
  kNone,
  kRelu,
  kSilu,  // x * sigmoid(x)
  kGelu,  // x * Phi(x), exactly, not by tanh
};

torch::Tensor activate(const torch::Tensor& x, Activation activation);
// The same in place, on a tensor that the caller alone holds. Returns it.
torch::Tensor activate_(torch::Tensor x, Activation activation);

// As oneDNN's fused operators in LibTorch call it.
std::string_view onednn_name(Activation activation);

}  // namespace saker

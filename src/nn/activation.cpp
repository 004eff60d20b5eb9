#include "nn/activation.hpp"

namespace saker {

torch::Tensor activate(const torch::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kSilu:
      return at::silu(x);
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kNone:
      break;
  }
  return x;
}

torch::Tensor activate_(torch::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return x.relu_();
    case Activation::kSilu:
      return at::silu_(x);
    case Activation::kGelu:
      return at::gelu_(x);
    case Activation::kNone:
      break;
  }
  return x;
}

std::string_view onednn_name(Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return "relu";
    case Activation::kSilu:
      return "swish";
    case Activation::kGelu:
      return "gelu";
    case Activation::kNone:
      break;
  }
  return "none";
}

}  // namespace saker

// The activations that follow convolutions and linear layers.
#pragma once

namespace saker {

enum class Activation {
  kNone,
  kRelu,
  kSilu,  // x * sigmoid(x)
  kGelu,  // x * Phi(x), exactly, not by tanh
};

}  // namespace saker

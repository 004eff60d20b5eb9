// A learned mean of two sequences.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/linear_unit.hpp"

namespace saker {

// LN(g1 * a + g2 * b) with (g1, g2) = sigmoid(gate([a, b])); all [B, Q, width].
// Keys: gate.{weight [2 width, 2 width], bias}, norm.{weight, bias}.
// Source: Peng et al., "D-FINE", 2024, section 4.1 (target gating layer).
class GateImpl : public torch::nn::Module {
 public:
  explicit GateImpl(std::int64_t width);

  torch::Tensor forward(const torch::Tensor& a, const torch::Tensor& b);
  void fold() { gate_->fold(); }

 private:
  LinearUnit gate_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
};
TORCH_MODULE(Gate);

}  // namespace saker

// The two feed-forward networks of vision transformers. [..., width] -> [..., width]. What they
// give is multiplied by scale, [width], unless that is undefined.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/linear.hpp"

namespace saker {

// fc2(GELU(fc1(x))), with the exact GELU. Keys: fc1.{weight, bias}, fc2.{weight, bias}.
class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(std::int64_t width, std::int64_t hidden);

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& scale = {}) const;

  Linear fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(Mlp);

// w3(silu(a) b) with [a, b] = w12(x). Keys: w12.{weight [2 hidden, width], bias}, w3.{weight,
// bias}. Source: Shazeer, "GLU Variants Improve Transformer", 2020.
class SwiGluImpl : public torch::nn::Module {
 public:
  SwiGluImpl(std::int64_t width, std::int64_t hidden);

  // The hidden width that has as many parameters as an MLP's: 2/3 of it, rounded up to a multiple
  // of 8.
  static std::int64_t hidden_of_mlp(std::int64_t mlp_hidden);

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& scale = {}) const;

  Linear w12{nullptr}, w3{nullptr};
};
TORCH_MODULE(SwiGlu);

}  // namespace saker

// The small networks that heads are made of.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nn/linear_unit.hpp"

namespace saker {

// Linear layers with ReLU between them, none behind the last. Keys: layers.N.{weight, bias}.
class ReluMlpImpl : public torch::nn::Module {
 public:
  // layers >= 1; all layers but the last are `hidden` wide.
  ReluMlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out, std::int64_t layers);

  // [..., in] -> [..., out].
  torch::Tensor forward(const torch::Tensor& x) const;
  void fold();

 private:
  std::vector<LinearUnit> layers_;
};
TORCH_MODULE(ReluMlp);

}  // namespace saker

// The head on which student and teacher are compared: three linear layers, a unit vector, and its
// product with prototypes.
//
// Keys: mlp.{0, 2, 4} (with batch norm mlp.{0, 1, 3, 4, 6}),
// last_layer.parametrizations.weight.{original0 [K, 1], original1 [K, bottleneck]}.
// Sources: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021;
// Salimans and Kingma, "Weight Normalization", NeurIPS 2016.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <string>

#include "nn/linear.hpp"

namespace saker {

struct ProjectionHeadOptions {
  std::int64_t width = 0;  // of the tokens
  std::int64_t hidden = 2048;
  std::int64_t bottleneck = 256;
  std::int64_t prototypes = 65536;
  bool batch_norm = false;  // before both activations
};

class ProjectionHeadImpl : public torch::nn::Module {
 public:
  // Leaves the weights uninitialised.
  explicit ProjectionHeadImpl(const ProjectionHeadOptions& options);

  // Linear layers normal (std 0.02) with biases 0, prototypes uniform with length factors 1; each
  // tensor a function of (seed, prefix + key).
  void initialize(std::uint64_t seed, const std::string& prefix);

  // Unit vectors [R, bottleneck] of tokens [R, width].
  torch::Tensor bottleneck(const torch::Tensor& tokens);
  // [K, bottleneck]: rows g v / |v|.
  torch::Tensor prototypes() const;
  // Logits [R, K].
  torch::Tensor forward(const torch::Tensor& tokens);

  const ProjectionHeadOptions& options() const { return options_; }

 private:
  ProjectionHeadOptions options_;
  std::array<Linear, 3> linear_ = {nullptr, nullptr, nullptr};
  std::array<torch::nn::BatchNorm1d, 2> norm_ = {nullptr, nullptr};
  torch::Tensor lengths_, directions_;
};
TORCH_MODULE(ProjectionHead);

}  // namespace saker

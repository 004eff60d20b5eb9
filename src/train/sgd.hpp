// Stochastic gradient descent with momentum, for parameter groups.
//
// For a parameter p with gradient g: g += weight_decay * p; v = momentum * v + (1 - dampening) * g
// (v = g the first time); p -= lr * v, or p -= lr * (g + momentum * v) with Nesterov. One pass over
// memory per parameter on the CPU. Source: Sutskever et al., "On the importance of initialization
// and momentum in deep learning", ICML 2013, in the form that keeps the learning rate outside of
// the velocity.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "detectors/recipe.hpp"

namespace saker {

class Sgd {
 public:
  Sgd(std::vector<ParameterGroup> groups, SgdSettings settings);

  // One update of every parameter that has a gradient. lr: the learning rate before the groups'
  // factors.
  void step(double lr);
  void zero_gradients();

  const std::vector<ParameterGroup>& groups() const { return groups_; }
  const SgdSettings& settings() const { return settings_; }

  // Velocities, one per parameter in group order; undefined where no gradient was ever seen.
  const std::vector<torch::Tensor>& velocities() const { return velocities_; }
  // Takes copies. Throws Error (checkpoint) when the count or a shape differs.
  void set_velocities(const std::vector<torch::Tensor>& velocities);

 private:
  std::vector<ParameterGroup> groups_;
  SgdSettings settings_;
  std::vector<torch::Tensor> velocities_;
};

}  // namespace saker

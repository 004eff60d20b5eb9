// Stochastic gradient descent with momentum, for parameter groups.
//
// For a parameter p with gradient g: g += weight_decay * p; v = momentum * v + (1 - dampening) * g
// (v = g the first time); p -= lr * v, or p -= lr * (g + momentum * v) with Nesterov. One pass over
// memory per parameter on the CPU. Source: Sutskever et al., "On the importance of initialization
// and momentum in deep learning", ICML 2013, in the form that keeps the learning rate outside of
// the velocity.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <vector>

#include "detectors/recipe.hpp"
#include "train/optimizer.hpp"

namespace saker {

class Sgd final : public Optimizer {
 public:
  Sgd(std::vector<ParameterGroup> groups, SgdSettings settings);

  void step(double lr, double gradient_factor = 1) override;

  // Velocities, one per parameter in group order; undefined where no gradient was ever seen.
  const std::vector<torch::Tensor>& velocities() const { return velocities_; }

 protected:
  // momentum_buffer
  PickleDict parameter_state(std::size_t index) const override;
  void set_parameter_state(std::size_t index, const PickleValue* entry) override;
  PickleDict group_settings(const ParameterGroup& group) const override;

 private:
  SgdSettings settings_;
  std::vector<torch::Tensor> velocities_;
};

}  // namespace saker

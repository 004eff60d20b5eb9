// Adam with decoupled weight decay, for parameter groups.
//
// For a parameter p with gradient g at its update t = 1, 2, ... (counted for each parameter):
//   p = (1 - lr weight_decay) p
//   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//   p -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
// On the CPU all float32 parameters are updated in one pass over memory on all threads; others go
// through LibTorch's operations on lists of tensors. Source: Loshchilov and Hutter, "Decoupled
// Weight Decay Regularization", ICLR 2019.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detectors/recipe.hpp"
#include "train/optimizer.hpp"

namespace saker {

class AdamW final : public Optimizer {
 public:
  AdamW(std::vector<ParameterGroup> groups, AdamWSettings settings);

  void step(double lr, double gradient_factor = 1) override;

  // Of each parameter in group order.
  struct Moments {
    std::int64_t updates = 0;
    torch::Tensor first, second;  // undefined before the first update
  };
  const std::vector<Moments>& moments() const { return moments_; }

 protected:
  // step (float32), exp_avg, exp_avg_sq
  PickleDict parameter_state(std::size_t index) const override;
  void set_parameter_state(std::size_t index, const PickleValue* entry) override;
  PickleDict group_settings(const ParameterGroup& group) const override;

 private:
  AdamWSettings settings_;
  std::vector<Moments> moments_;
};

}  // namespace saker

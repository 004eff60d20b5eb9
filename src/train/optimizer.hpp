// What the loop and the checkpoints know of an optimizer.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "detectors/recipe.hpp"
#include "weights/pickle_value.hpp"

namespace saker {

class Optimizer {
 public:
  explicit Optimizer(std::vector<ParameterGroup> groups);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update of every parameter that has a gradient; the others stay as they are. lr: the
  // learning rate before the groups' factors. gradient_factor multiplies every gradient first.
  virtual void step(double lr, double gradient_factor = 1) = 0;
  void zero_gradients();

  const std::vector<ParameterGroup>& groups() const { return groups_; }
  std::vector<double> base_learning_rates(double lr) const;

  // The optimizer's entry of a checkpoint, as PyTorch's state_dict() has it: state {index: ...} and
  // param_groups, the indices counting parameters over the groups. base_lr and factor: of the next
  // update. Tensors are not copied.
  PickleDict to_checkpoint(double base_lr, double factor) const;
  // Puts the state back, with copies of the tensors; rates and decays stay those of the groups.
  // Throws Error (checkpoint) when the file's groups have other names, sizes or shapes.
  void restore(const PickleValue& optimizer);

 protected:
  // A parameter's entry; empty where it never had a gradient.
  virtual PickleDict parameter_state(std::size_t index) const = 0;
  // entry: null where the file has none.
  virtual void set_parameter_state(std::size_t index, const PickleValue* entry) = 0;
  // A group's entries between its rate and its list of parameters.
  virtual PickleDict group_settings(const ParameterGroup& group) const = 0;

  // A copy of a stored tensor on the device and with the dtype of the parameter at the index.
  torch::Tensor state_tensor(std::size_t index, const PickleValue& stored) const;

  std::size_t parameter_count() const { return flat_.size(); }
  const torch::Tensor& parameter(std::size_t index) const { return flat_[index]; }

 private:
  void require_same_groups(const PickleValue& param_groups) const;

  std::vector<ParameterGroup> groups_;
  std::vector<torch::Tensor> flat_;  // the parameters of all groups
};

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& settings,
                                          std::vector<ParameterGroup> groups);

}  // namespace saker

// Named weights in order.
//
//   StateDict weights = collect_state_dict(*model);
//   load_state_dict(*model, weights);   // throws with the names that are missing or left over
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weights/pickle_value.hpp"

namespace saker {

class StateDict {
 public:
  using Entry = std::pair<std::string, torch::Tensor>;

  // Throws Error (checkpoint) when the name is there already.
  void add(std::string name, torch::Tensor tensor);
  // nullptr when absent.
  const torch::Tensor* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // The tensor, which is undefined in here from now on; undefined when absent.
  torch::Tensor take(std::string_view name);
  bool contains_prefix(std::string_view prefix) const;

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }

  // The entries whose names start with the prefix, without it. Tensors are shared.
  StateDict below(std::string_view prefix) const;
  // All entries with the prefix before their names. Tensors are shared.
  StateDict with_prefix(std::string_view prefix) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> by_name_;
};

// A dict of names and tensors, as checkpoints hold it. Throws Error (checkpoint) that names the key
// when a key is no text or a value no tensor.
StateDict to_state_dict(const PickleValue& dict);
// ordered: as an OrderedDict. Tensors are not copied: write them before they change.
PickleValue to_pickle(const StateDict& state, bool ordered);

// The weights of a task model inside the `train_model` of a checkpoint or an exported file: those
// of the moving average below "ema_model.model." if there are any, else those below "model.", else
// all as they are.
StateDict select_model_weights(const StateDict& train_model);

// A module that shows parameters of another module in state dicts under names of its own too, as
// PyTorch does when two modules hold one tensor. The tensors are registered with the other module
// alone, so that optimizers and averages meet them once.
class SharesParameters {
 public:
  virtual ~SharesParameters() = default;
  // Names relative to this module.
  virtual std::vector<std::pair<std::string, torch::Tensor>> shared_parameters() const = 0;
};

// Parameters and buffers of a module in the order of PyTorch's state_dict(): for each module its
// parameters (those it shares first), its buffers, then its children. Undefined ones are left out.
// Tensors are detached but share memory with the module.
StateDict collect_state_dict(const torch::nn::Module& module);

struct LoadReport {
  std::vector<std::string> missing;     // names of the module that the weights lack
  std::vector<std::string> unexpected;  // names of the weights that the module lacks
  bool complete() const { return missing.empty() && unexpected.empty(); }
};

// Gives the module the weights whose names fit, converting their dtype, and tells which did not
// fit. Weights that were read from a file and are moved in here hand over their memory where that
// is possible (take_memory); others are copied. Throws Error (checkpoint) that names the first
// tensor of another shape; nothing was changed then.
LoadReport load_matching_state_dict(torch::nn::Module& module, StateDict weights);
// The same, but names that do not fit are an Error (checkpoint) that lists up to ten of them;
// nothing was changed then.
void load_state_dict(torch::nn::Module& module, StateDict weights);

// Gives `destination` the values of `source`: its memory when possible (take_memory), else a
// converted copy. Gradients are not recorded.
void set_values(const torch::Tensor& destination, torch::Tensor source);

}  // namespace saker

#include "train/optimizer.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "saker/error.hpp"
#include "train/adamw.hpp"
#include "train/sgd.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("{}; resume with the settings of that run, or start a new one", what));
}

// Position over all groups of the number by which the file calls a parameter.
std::map<std::int64_t, std::size_t> positions_of(const PickleValue& param_groups) {
  std::map<std::int64_t, std::size_t> positions;
  for (const PickleValue& group : param_groups.as_sequence()) {
    for (const PickleValue& number : group.at("params").as_sequence())
      positions.emplace(number.as_int(), positions.size());
  }
  return positions;
}

}  // namespace

Optimizer::Optimizer(std::vector<ParameterGroup> groups) : groups_(std::move(groups)) {
  for (const ParameterGroup& group : groups_)
    flat_.insert(flat_.end(), group.parameters.begin(), group.parameters.end());
}

void Optimizer::zero_gradients() {
  for (torch::Tensor& parameter : flat_) parameter.mutable_grad() = torch::Tensor();
}

std::vector<double> Optimizer::base_learning_rates(double lr) const {
  std::vector<double> rates;
  for (const ParameterGroup& group : groups_) rates.push_back(lr * group.lr_factor);
  return rates;
}

PickleDict Optimizer::to_checkpoint(double base_lr, double factor) const {
  PickleDict state;
  PickleList groups;
  std::size_t index = 0;
  for (const ParameterGroup& group : groups_) {
    PickleList indices;
    for (std::size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      indices.items.emplace_back(index);
      PickleDict entry = parameter_state(index);
      if (!entry.items.empty()) state.set(index, std::move(entry));
    }
    const double base = base_lr * group.lr_factor;
    PickleDict fields;
    fields.set("name", group.name);
    fields.set("lr", base * factor);
    for (auto& [key, value] : group_settings(group).items) fields.set(key, value);
    fields.set("initial_lr", base);
    fields.set("params", std::move(indices));
    groups.items.emplace_back(std::move(fields));
  }
  PickleDict optimizer;
  optimizer.set("state", std::move(state));
  optimizer.set("param_groups", std::move(groups));
  return optimizer;
}

void Optimizer::require_same_groups(const PickleValue& param_groups) const {
  const std::vector<PickleValue>& stored = param_groups.as_sequence();
  if (stored.size() != groups_.size())
    fail(fmt::format("the optimizer has {} parameter groups, but this run has {}",
                     stored.size(),
                     groups_.size()));
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const PickleValue* name = stored[i].find("name");
    const std::size_t count = stored[i].at("params").as_sequence().size();
    if (name != nullptr && name->as_string() != groups_[i].name)
      fail(fmt::format("group {} of the optimizer is '{}', but '{}' in this run",
                       i,
                       name->as_string(),
                       groups_[i].name));
    if (count != groups_[i].parameters.size())
      fail(fmt::format("group '{}' of the optimizer has {} parameters, but {} in this run",
                       groups_[i].name,
                       count,
                       groups_[i].parameters.size()));
  }
}

void Optimizer::restore(const PickleValue& optimizer) {
  require_same_groups(optimizer.at("param_groups"));
  const std::map<std::int64_t, std::size_t> positions = positions_of(optimizer.at("param_groups"));
  std::vector<const PickleValue*> entries(parameter_count(), nullptr);
  for (const auto& [number, entry] : optimizer.at("state").as_dict().items) {
    const auto found = positions.find(number.as_int());
    if (found == positions.end() || found->second >= entries.size())
      fail(fmt::format("optimizer.state has an entry {} that no group names", number.as_int()));
    entries[found->second] = &entry;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) set_parameter_state(i, entries[i]);
}

torch::Tensor Optimizer::state_tensor(std::size_t index, const PickleValue& stored) const {
  const torch::Tensor& own = flat_[index];
  const torch::Tensor tensor = to_torch(stored.as_tensor());
  if (tensor.sizes() != own.sizes())
    fail(fmt::format("the optimizer's entry {} has another shape than its parameter", index));
  torch::Tensor copy = torch::empty_like(own, own.options().requires_grad(false));
  copy.copy_(tensor);
  return copy;
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& settings,
                                          std::vector<ParameterGroup> groups) {
  if (const auto* sgd = std::get_if<SgdSettings>(&settings))
    return std::make_unique<Sgd>(std::move(groups), *sgd);
  return std::make_unique<AdamW>(std::move(groups), std::get<AdamWSettings>(settings));
}

}  // namespace saker

#include "weights/state_dict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <utility>

#include "saker/error.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

void collect(const torch::nn::Module& module, const std::string& prefix, StateDict& state) {
  if (const auto* sharing = dynamic_cast<const SharesParameters*>(&module)) {
    for (const auto& [name, tensor] : sharing->shared_parameters())
      state.add(prefix + name, tensor.detach());
  }
  for (const auto& item : module.named_parameters(/*recurse=*/false)) {
    if (item.value().defined()) state.add(prefix + item.key(), item.value().detach());
  }
  for (const auto& item : module.named_buffers(/*recurse=*/false)) {
    if (item.value().defined()) state.add(prefix + item.key(), item.value().detach());
  }
  for (const auto& child : module.named_children())
    collect(*child.value(), prefix + child.key() + ".", state);
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  const std::size_t shown = std::min(names.size(), kShown);
  std::string text = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

LoadReport compare(const StateDict& own, const StateDict& weights) {
  LoadReport report;
  for (const auto& [name, tensor] : own) {
    const torch::Tensor* found = weights.find(name);
    if (found == nullptr) {
      report.missing.push_back(name);
    } else if (found->sizes() != tensor.sizes()) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("{} has the shape [{}] in the weights, but [{}] in the model",
                              name,
                              fmt::join(found->sizes(), ", "),
                              fmt::join(tensor.sizes(), ", ")));
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (!own.contains(name)) report.unexpected.push_back(name);
  }
  return report;
}

void set_matching(const StateDict& own, StateDict& weights) {
  for (const auto& [name, tensor] : own) {
    if (torch::Tensor found = weights.take(name); found.defined())
      set_values(tensor, std::move(found));
  }
}

}  // namespace

void StateDict::add(std::string name, torch::Tensor tensor) {
  if (!by_name_.emplace(name, entries_.size()).second) {
    throw Error(ErrorKind::kCheckpoint, fmt::format("the weights name '{}' twice", name));
  }
  entries_.emplace_back(std::move(name), std::move(tensor));
}

const torch::Tensor* StateDict::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second].second;
}

torch::Tensor StateDict::take(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? torch::Tensor() : std::move(entries_[found->second].second);
}

bool StateDict::contains_prefix(std::string_view prefix) const {
  return std::ranges::any_of(entries_,
                             [&](const Entry& entry) { return entry.first.starts_with(prefix); });
}

StateDict StateDict::below(std::string_view prefix) const {
  StateDict result;
  for (const auto& [name, tensor] : entries_) {
    if (name.starts_with(prefix)) result.add(name.substr(prefix.size()), tensor);
  }
  return result;
}

StateDict StateDict::with_prefix(std::string_view prefix) const {
  StateDict result;
  for (const auto& [name, tensor] : entries_) result.add(std::string(prefix) + name, tensor);
  return result;
}

StateDict to_state_dict(const PickleValue& dict) {
  StateDict state;
  for (const auto& [key, value] : dict.as_dict().items) {
    if (!key.is_string()) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("the weights have a {} where a name is expected", key.type_name()));
    }
    if (!value.is_tensor()) {
      throw Error(
          ErrorKind::kCheckpoint,
          fmt::format("the weight '{}' is a {}, not a tensor", key.as_string(), value.type_name()));
    }
    state.add(key.as_string(), to_torch(value.as_tensor()));
  }
  return state;
}

PickleValue to_pickle(const StateDict& state, bool ordered) {
  PickleDict dict{.items = {}, .ordered = ordered};
  for (const auto& [name, tensor] : state) dict.set(name, to_stored(tensor));
  return dict;
}

StateDict select_model_weights(const StateDict& train_model) {
  for (const std::string_view prefix : {"ema_model.model.", "model."}) {
    if (train_model.contains_prefix(prefix)) return train_model.below(prefix);
  }
  return train_model;
}

StateDict collect_state_dict(const torch::nn::Module& module) {
  StateDict state;
  collect(module, "", state);
  return state;
}

LoadReport load_matching_state_dict(torch::nn::Module& module, StateDict weights) {
  const StateDict own = collect_state_dict(module);
  LoadReport report = compare(own, weights);
  set_matching(own, weights);
  return report;
}

void load_state_dict(torch::nn::Module& module, StateDict weights) {
  const StateDict own = collect_state_dict(module);
  const LoadReport report = compare(own, weights);
  std::string problem;
  if (!report.missing.empty()) problem = fmt::format("the weights lack {}", listed(report.missing));
  if (!report.unexpected.empty()) {
    problem += fmt::format(
        "{}the model has no {}", problem.empty() ? "" : "; ", listed(report.unexpected));
  }
  if (!problem.empty())
    throw Error(ErrorKind::kCheckpoint, problem + "; are these weights of another model?");
  set_matching(own, weights);
}

void set_values(const torch::Tensor& destination, torch::Tensor source) {
  if (take_memory(destination, source)) return;
  const torch::NoGradGuard no_grad;
  destination.copy_(source);
}

}  // namespace saker

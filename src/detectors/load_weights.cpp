#include "detectors/load_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

// Names and shapes of a file, which remain when its tensors are given away.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

Shapes shapes_of(const StateDict& state) {
  Shapes shapes;
  for (const auto& [key, tensor] : state) shapes.emplace(key, tensor.sizes().vec());
  return shapes;
}

std::string shape_text(const torch::Tensor& tensor) {
  std::string text = "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(tensor.size(i));
  return text + "]";
}

std::string first_few(const std::vector<std::string>& keys) {
  std::string text;
  for (std::size_t i = 0; i < keys.size() && i < 3; ++i) text += (i == 0 ? "" : ", ") + keys[i];
  return keys.size() > 3 ? text + fmt::format(" and {} more", keys.size() - 3) : text;
}

// The module of a key, "head.gfl_cls.0" for "head.gfl_cls.0.bias".
std::string module_of(const std::string& key) {
  return key.substr(0, std::min(key.rfind('.'), key.size()));
}

// Modules among the class-dependent ones of which any tensor has another shape in the file.
std::vector<std::string> mismatched_modules(const std::vector<std::string>& candidates,
                                            const StateDict& own,
                                            const StateDict& state) {
  std::vector<std::string> modules;
  for (const auto& item : own) {
    const std::string module = module_of(item.first);
    if (std::find(candidates.begin(), candidates.end(), module) == candidates.end()) continue;
    const torch::Tensor* source = state.find(item.first);
    if (source == nullptr || source->sizes() == item.second.sizes()) continue;
    if (modules.empty() || modules.back() != module) modules.push_back(module);
  }
  return modules;
}

void require_same_classes(const std::vector<std::string>& class_modules,
                          const StateDict& own,
                          const StateDict& file) {
  for (const auto& item : own) {
    const torch::Tensor* source = file.find(item.first);
    if (source == nullptr || source->sizes() == item.second.sizes()) continue;
    if (std::ranges::find(class_modules, module_of(item.first)) == class_modules.end()) continue;
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("{}: the weights have shape {}, the model {}; they are for another "
                            "number of classes than the class list that comes with them",
                            item.first,
                            shape_text(*source),
                            shape_text(item.second)));
  }
}

WeightsReport match(const StateDict& own,
                    const StateDict& state,
                    const std::vector<std::string>& fresh_modules) {
  WeightsReport report;
  for (const auto& item : own) {
    const std::string& key = item.first;
    const torch::Tensor* source = state.find(key);
    if (source == nullptr) {
      report.missing.push_back(key);
    } else if (std::find(fresh_modules.begin(), fresh_modules.end(), module_of(key)) !=
               fresh_modules.end()) {
      report.mismatched.push_back(key);
    } else if (source->sizes() != item.second.sizes()) {
      throw Error(
          ErrorKind::kCheckpoint,
          fmt::format(
              "{}: the weights have shape {}, the model {}; they belong to another architecture",
              key,
              shape_text(*source),
              shape_text(item.second)));
    } else {
      report.loaded.push_back(key);
    }
  }
  for (const auto& item : state) {
    // A map of class ids that older files carry; the class list holds the same.
    if (item.first == "internal_class_to_class") continue;
    if (!own.contains(item.first)) report.unexpected.push_back(item.first);
  }
  return report;
}

// What the file has and the detector left out on purpose is not missing.
void set_aside_left_out(const Shapes& file, WeightsReport& report) {
  const auto left_out = std::stable_partition(report.missing.begin(),
                                              report.missing.end(),
                                              [&](const auto& key) { return !file.contains(key); });
  report.mismatched.insert(report.mismatched.end(), left_out, report.missing.end());
  report.missing.erase(left_out, report.missing.end());
}

void require_complete(const WeightsReport& report, std::size_t own_entries) {
  if (!report.missing.empty()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("the weights lack {} of the model's {} entries: {}",
                            report.missing.size(),
                            own_entries,
                            first_few(report.missing)));
  }
  if (!report.unexpected.empty()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("the weights have {} entries that the model does not know: {}",
                            report.unexpected.size(),
                            first_few(report.unexpected)));
  }
}

void set_loaded(const StateDict& own, const WeightsReport& report, StateDict& weights) {
  for (const std::string& key : report.loaded) set_values(*own.find(key), weights.take(key));
}

StateDict with_prefix_removed(const StateDict& state, std::string_view prefix) {
  StateDict stripped;
  for (const auto& item : state) {
    if (item.first.starts_with(prefix)) stripped.add(item.first.substr(prefix.size()), item.second);
  }
  return stripped;
}

std::size_t count_with_prefix(const StateDict& state, std::string_view prefix) {
  return static_cast<std::size_t>(std::count_if(state.begin(), state.end(), [&](const auto& item) {
    return item.first.starts_with(prefix);
  }));
}

}  // namespace

std::string WeightsReport::summary() const {
  std::string text = fmt::format("{} loaded", loaded.size());
  if (!adapted.empty())
    text += fmt::format(" ({} of them adapted from another shape)", adapted.size());
  text += fmt::format(", {} missing, {} unexpected", missing.size(), unexpected.size());
  if (!mismatched.empty()) text += fmt::format(", {} kept fresh (class heads)", mismatched.size());
  return text;
}

WeightsReport load_weights(Detector& detector, StateDict file, LoadMode mode) {
  const StateDict own = collect_state_dict(detector);
  const std::vector<std::string> class_modules = detector.class_dependent_modules();
  if (mode == LoadMode::kStrict) require_same_classes(class_modules, own, file);
  const Shapes file_shapes = shapes_of(file);
  StateDict weights = detector.adapt_weights(file);
  file = {};
  std::vector<std::string> fresh_modules;
  if (mode == LoadMode::kFineTuning)
    fresh_modules = mismatched_modules(class_modules, own, weights);
  WeightsReport report = match(own, weights, fresh_modules);
  set_aside_left_out(file_shapes, report);
  for (const std::string& key : report.loaded) {
    const auto source = file_shapes.find(key);
    if (source != file_shapes.end() && own.find(key)->sizes() != source->second)
      report.adapted.push_back(key);
  }
  if (mode == LoadMode::kStrict) require_complete(report, own.size());
  if (report.loaded.empty()) {
    throw Error(
        ErrorKind::kCheckpoint,
        fmt::format(
            "none of the {} entries of the weights fits the model {}; they belong to another one",
            file_shapes.size(),
            detector.spec().model_name));
  }
  set_loaded(own, report, weights);
  return report;
}

WeightsReport load_backbone_weights(torch::nn::Module& backbone,
                                    StateDict file,
                                    LoadMode mode,
                                    const AdaptBackboneWeights& adapt) {
  const std::size_t file_entries = file.size();
  StateDict weights = std::move(file);
  if (count_with_prefix(weights, "module.") == weights.size())
    weights = with_prefix_removed(weights, "module.");
  constexpr std::array<std::string_view, 3> kPrefixes = {"_model.", "model.", "backbone."};
  const auto count = [&](std::string_view prefix) { return count_with_prefix(weights, prefix); };
  const auto* prefix = std::find_if(
      kPrefixes.begin(), kPrefixes.end(), [&](auto p) { return count(p) == weights.size(); });
  if (prefix == kPrefixes.end())
    prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(), [&](auto p) { return count(p) > 0; });
  if (prefix != kPrefixes.end()) weights = with_prefix_removed(weights, *prefix);

  if (adapt) weights = adapt(weights);

  const StateDict own = collect_state_dict(backbone);
  WeightsReport report = match(own, weights, {});
  if (report.loaded.empty()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("none of the {} entries of the backbone weights fits the backbone",
                            file_entries));
  }
  if (mode == LoadMode::kStrict) require_complete(report, own.size());
  set_loaded(own, report, weights);
  return report;
}

}  // namespace saker

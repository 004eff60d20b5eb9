#include "train/replay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "train/autocast_scope.hpp"

namespace saker {
namespace {

bool is_finite(const torch::Tensor& tensor) {
  return !tensor.is_floating_point() || torch::isfinite(tensor).all().item<bool>();
}

Targets on_device(const Targets& targets, const torch::Device& device) {
  Targets moved;
  for (const torch::Tensor& boxes : targets.boxes_cxcywh_norm)
    moved.boxes_cxcywh_norm.push_back(boxes.to(device));
  for (const torch::Tensor& classes : targets.classes) moved.classes.push_back(classes.to(device));
  return moved;
}

double value_before(const StepCapture& capture, const std::string& name) {
  const auto found = std::find_if(capture.terms.begin(),
                                  capture.terms.end(),
                                  [&](const auto& term) { return term.first == name; });
  return found == capture.terms.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

}  // namespace

ReplayReport replay(const StepCapture& capture,
                    const Recipe& recipe,
                    Detector& model,
                    const torch::Device& device) {
  ReplayReport report;
  report.model = model.spec().model_name;
  report.step = capture.step;
  report.precision = to_string(capture.precision);
  report.reason = capture.reason;
  report.images = capture.paths;
  for (const auto& item : model.named_parameters()) {
    if (!is_finite(item.value())) report.weights.push_back(item.key());
  }

  recipe.prepare_for_training(model);
  LossTerms losses;
  {
    const AutocastScope autocast(device.type(), capture.precision);
    losses = model.training_losses(
        capture.images.to(device), on_device(capture.targets, device), capture.draws);
  }
  const auto add = [&](const std::string& name, const torch::Tensor& value) {
    report.terms.push_back(
        {.name = name, .before = value_before(capture, name), .now = value.item<double>()});
    if (!std::isfinite(report.terms.back().now)) report.bad_terms.push_back(name);
  };
  add("loss", losses.total);
  for (const auto& [name, value] : losses.terms.empty() ? losses.logged : losses.terms)
    add(name, value);

  (losses.total * capture.loss_scale).backward();
  for (const auto& item : model.named_parameters()) {
    if (item.value().grad().defined() && !is_finite(item.value().grad()))
      report.gradients.push_back(item.key());
  }
  return report;
}

}  // namespace saker

#include "train/data_parallel.hpp"

#include <torch/utils.h>

#include <array>
#include <unordered_set>

#include "nn/batch_norm_2d.hpp"

namespace saker {
namespace {

constexpr std::array kActivities = {
    "loading images", "computing", "updating the weights", "saving", "validating"};

// A tensor that has several names once.
std::vector<torch::Tensor> trained_parameters(const torch::nn::Module& model) {
  std::vector<torch::Tensor> parameters;
  std::unordered_set<const void*> seen;
  for (const torch::Tensor& parameter : model.parameters()) {
    if (parameter.requires_grad() && seen.insert(parameter.unsafeGetTensorImpl()).second)
      parameters.push_back(parameter);
  }
  return parameters;
}

void append(std::vector<torch::Tensor>& tensors, const std::vector<torch::Tensor>& more) {
  tensors.insert(tensors.end(), more.begin(), more.end());
}

}  // namespace

DataParallel::DataParallel(Processes* processes, torch::nn::Module& model, bool all_batch_norms)
    : processes_(processes), model_(model) {
  if (processes_ == nullptr) return;
  synchronize_batch_norms(model_, processes_->exchange(), all_batch_norms);
  reducer_ =
      std::make_unique<GradientReducer>(trained_parameters(model_), processes_->gradient_group());
}

void DataParallel::share_model(const std::vector<torch::Tensor>& companions) {
  if (processes_ == nullptr) return;
  std::vector<torch::Tensor> tensors = model_.parameters();
  append(tensors, model_.buffers());
  append(tensors, companions);
  processes_->broadcast(tensors);
}

void DataParallel::share_buffers() {
  if (processes_ != nullptr) processes_->broadcast(model_.buffers());
}

void DataParallel::begin_forward() {
  if (reducer_) reducer_->begin_forward();
}

void DataParallel::prepare_backward(const torch::Tensor& loss) {
  if (reducer_) reducer_->prepare(loss);
}

void DataParallel::run_backward(const std::function<void()>& backward) {
  if (reducer_) return GradientReducer::run_quietly(backward);
  backward();
}

std::vector<std::string> DataParallel::gather(const std::vector<std::string>& own) const {
  return processes_ == nullptr ? own : processes_->gather(own);
}

NamedValues DataParallel::mean(const NamedValues& own) const {
  if (processes_ == nullptr) return own;
  std::vector<double> values;
  for (const auto& [name, value] : own) values.push_back(value);
  values = mean_over_processes(processes_->exchange(), values);
  NamedValues means = own;
  for (std::size_t i = 0; i < means.size(); ++i) means[i].second = values[i];
  return means;
}

void DataParallel::set_status(std::int64_t step, StepPart part) {
  if (processes_ == nullptr) return;
  const auto order = static_cast<int>(part);
  processes_->status().set(step, order, kActivities[static_cast<std::size_t>(order)]);
}

}  // namespace saker

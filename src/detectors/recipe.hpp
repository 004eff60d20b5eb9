// How a detector is trained: the defaults and rules that its family brings to the loop.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "saker/value.hpp"

namespace saker {

struct ParameterGroup {
  std::string name;               // as in checkpoints
  std::vector<std::string> keys;  // state-dict keys of the parameters, in order
  std::vector<torch::Tensor> parameters;
  double weight_decay = 0;
  double lr_factor = 1;  // times the run's learning rate
};

struct SgdSettings {
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
};

struct EmaSettings {
  double momentum = 0.9998;
  double warmup_steps = 2000;
};

class Recipe {
 public:
  virtual ~Recipe() = default;

  // What model_args say of the network itself, as build_args of DetectorFamily::make; of a
  // checkpoint's arguments it replaces those of the same name.
  virtual Value build_args() const { return {}; }

  virtual std::int64_t default_steps() const = 0;
  virtual std::int64_t default_batch_size() const = 0;

  // The learning rate at factor 1, for the images of one optimizer step.
  virtual double learning_rate(std::int64_t effective_batch_size) const = 0;
  // Factor of the learning rate for the k-th update (0-based) out of total_steps.
  virtual double learning_rate_factor(std::int64_t step, std::int64_t total_steps) const = 0;
  // The scheduler's entry of a checkpoint, with the field names of the reference.
  virtual Value scheduler_state(std::int64_t finished_steps,
                                std::int64_t total_steps,
                                const std::vector<double>& base_lrs) const = 0;

  virtual double weight_decay() const = 0;
  virtual SgdSettings sgd() const = 0;
  virtual std::optional<EmaSettings> ema() const = 0;
  virtual std::optional<double> gradient_clip_norm() const = 0;
  // Every parameter of the detector exactly once.
  virtual std::vector<ParameterGroup> parameter_groups(const Detector& detector) const = 0;
  // Puts the detector into training mode; freezes what model_args say.
  virtual void prepare_for_training(Detector& detector) const = 0;

  // Loads the file that model_args name for the backbone. Returns a line for the log about what
  // fitted, empty without a file. Throws Error (io, checkpoint) for a file that is missing or does
  // not fit.
  virtual std::string load_backbone(Detector& detector) const = 0;

  // The resolved model_args, for the log and config.yaml.
  virtual Value resolved_model_args() const = 0;
};

}  // namespace saker

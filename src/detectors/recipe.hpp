// How a detector is trained: the defaults and rules that its family brings to the loop.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/learning_rate_schedule.hpp"
#include "saker/value.hpp"
#include "transforms/step_window.hpp"

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

struct AdamWSettings {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
};

using OptimizerSettings = std::variant<SgdSettings, AdamWSettings>;

struct EmaSettings {
  double momentum = 0.9998;
  double warmup_steps = 2000;
};

// The gradients' common norm: computed and logged, and shortened where it is longer.
struct ClipSettings {
  double max_norm = 0;  // 0 or less: only logged
};

class Recipe {
 public:
  virtual ~Recipe() = default;

  // Takes what the constructor arguments of a checkpoint decide where model_args leave it open.
  virtual void adopt(const Value& /*stored_build_args*/) {}
  // What model_args say of the network itself, as build_args of DetectorFamily::make; of a
  // checkpoint's arguments it replaces those of the same name.
  virtual Value build_args() const { return {}; }

  virtual std::int64_t default_steps() const = 0;
  virtual std::int64_t default_batch_size() const = 0;

  // The learning rate at factor 1, for the images of one optimizer step.
  virtual double learning_rate(std::int64_t effective_batch_size) const = 0;
  // Throws Error (usage) for settings that contradict each other in a run of this length.
  virtual std::unique_ptr<LearningRateSchedule> schedule(const RunLength& run) const = 0;

  virtual OptimizerSettings optimizer() const = 0;
  // Whether the network is trained faster in mixed precision on a processor that computes in
  // bfloat16.
  virtual bool gains_from_bfloat16_on_cpu() const = 0;
  virtual std::optional<EmaSettings> ema() const = 0;
  // Empty: the norm of the gradients is of no interest.
  virtual std::optional<ClipSettings> clip() const = 0;
  // Every parameter of the detector exactly once.
  virtual std::vector<ParameterGroup> parameter_groups(const Detector& detector) const = 0;
  // Puts the detector into training mode; freezes what model_args say.
  virtual void prepare_for_training(Detector& detector) const = 0;

  // Starts the backbone of a detector that has no weights yet from the file that model_args name,
  // or else from what was published for it. Returns a line for the log, empty for a backbone that
  // starts from nothing. Throws Error (io, checkpoint) for a file that is missing or does not fit.
  virtual std::string load_backbone(Detector& detector) const = 0;

  // What the user should know of settings that were adjusted to a run of this length, one line
  // each.
  virtual std::vector<std::string> warnings(const RunLength& run) const = 0;

  // The resolved model_args, for the log and config.yaml.
  virtual Value resolved_model_args(const RunLength& run) const = 0;
};

}  // namespace saker

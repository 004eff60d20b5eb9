// replay_training_step: a step that a training kept because something was not finite.
#include "train/replay.hpp"

#include <memory>

#include "api/model_source.hpp"
#include "api/training_device.hpp"
#include "detectors/registry.hpp"
#include "loggers/run_log.hpp"
#include "saker/train.hpp"
#include "train/step_capture.hpp"

namespace saker {

ReplayReport replay_training_step(const ReplayArgs& args) {
  const StepCapture capture = read_step_capture(args.capture);
  RunLog log;
  const torch::Device device = training_device({.accelerator = args.accelerator}, 0, log);
  const std::shared_ptr<Detector> model = load_detector(read_model_file(args.capture));
  model->to(device);
  SettingsProblems problems;
  const std::unique_ptr<Recipe> recipe =
      make_recipe(model->spec().model_name, capture.model_args, problems);
  problems.throw_if_any();
  return replay(capture, *recipe, *model, device);
}

}  // namespace saker

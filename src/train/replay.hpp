// A captured training step, run again.
#pragma once

#include <torch/types.h>

#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "saker/train.hpp"
#include "train/step_capture.hpp"

namespace saker {

// model: with the weights of the capture, on the device. Its gradients are those of the step then.
ReplayReport replay(const StepCapture& capture,
                    const Recipe& recipe,
                    Detector& model,
                    const torch::Device& device);

}  // namespace saker

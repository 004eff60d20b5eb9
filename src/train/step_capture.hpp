// A training step that went wrong, kept so that it can be run again.
//
// The file is an exported model of the weights in training (model.*), with the entry `capture`
// beside them: step, batch, seed, precision, accumulation, model_args, paths, images [B, C, H, W],
// boxes and classes of each image, terms (name -> value) and reason. Layout:
// docs/formats/checkpoint.md.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "detectors/detector.hpp"
#include "saker/error.hpp"
#include "saker/value.hpp"
#include "train/precision.hpp"

namespace saker {

struct StepCapture {
  std::string reason;     // what was not finite
  std::int64_t step = 0;  // 0-based
  DrawKey draws;
  Precision precision = Precision::kFloat32;
  double loss_scale = 1;  // the loss was multiplied by it before the backward pass
  Value model_args;       // resolved

  // The batch, on the CPU.
  std::vector<std::string> paths;
  torch::Tensor images;
  Targets targets;

  std::vector<std::pair<std::string, double>> terms;  // of the loss, as they were
};

void write_step_capture(const std::filesystem::path& path,
                        const Detector& model,
                        const StepCapture& capture);

// What to tell of a step that was kept in that file.
Error not_finite_error(const StepCapture& capture, const std::filesystem::path& file);

// Throws Error (io, checkpoint) for a file that is no capture.
StepCapture read_step_capture(const std::filesystem::path& path);

}  // namespace saker

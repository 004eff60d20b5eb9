// Where a run computes and with which numbers.
#pragma once

#include <torch/types.h>

#include "core/settings_reader.hpp"
#include "detectors/recipe.hpp"
#include "loggers/run_log.hpp"
#include "saker/train.hpp"
#include "train/precision.hpp"

namespace saker {

// accelerator, devices, num_nodes, strategy, precision and float32_matmul_precision: words that are
// none, and combinations that are not offered, are added to problems.
void check_device_arguments(const TrainArgs& args, SettingsProblems& problems);

// The CUDA device of the machine's process local_rank when there is one (or accelerator asks for
// it), else the CPU. Warns of a GPU that LibTorch cannot use. Throws Error: unsupported when a GPU
// is asked for and none can be used, usage for one that the machine does not have.
torch::Device training_device(const TrainArgs& args, std::int64_t local_rank, RunLog& log);

// "auto": bf16-mixed where the device computes in bfloat16 and the network gains from it, else
// float32. Throws Error (unsupported) for 16-mixed on the CPU.
Precision training_precision(const TrainArgs& args,
                             const torch::Device& device,
                             const Recipe& recipe);

void apply_float32_matmul_precision(const TrainArgs& args);

}  // namespace saker

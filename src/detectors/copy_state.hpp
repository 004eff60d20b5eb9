// The state of one module into another of the same build.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

namespace saker {

// Weights, buffers, device, which parameters are trained, and the training flag.
// Throws Error (internal) when their state dicts differ in names.
void copy_state(const torch::nn::Module& from, torch::nn::Module& to);

}  // namespace saker

// A batch of plain buffers as tensors.
#pragma once

#include <torch/types.h>

#include "detectors/detector.hpp"
#include "transforms/batch.hpp"

namespace saker {

// [B, C, H, W] float32 on the device; takes the pixels over without a copy on the CPU.
torch::Tensor take_images(Batch& batch, const torch::Device& device);

Targets make_targets(const Batch& batch, const torch::Device& device);

}  // namespace saker

// The targets of a batch in the two layouts that matching, denoising and losses read.
//
// B images, T_i targets of image i, T in all, M = max T_i (or Targets::most, where that is more).
// "Flat": T targets, image after image. "Padded": places [B, M], of which image i fills the first
// T_i.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/detector.hpp"

namespace saker {

struct BatchTargets {
  torch::Tensor boxes_cxcywh;        // [T, 4] float32
  torch::Tensor classes;             // [T] int64
  std::vector<std::int64_t> counts;  // T_i
  std::vector<std::int64_t> first;   // flat index of each image's first target
  std::int64_t total = 0;            // T
  std::int64_t most = 0;             // M

  std::int64_t images() const { return static_cast<std::int64_t>(counts.size()); }
  torch::Device device() const { return boxes_cxcywh.device(); }

  // [B, M] int64: flat indices; T where there is no target.
  torch::Tensor places() const;
};

// On the device of the targets. An empty tensor of any shape is an image without targets. Throws
// Error (data) when boxes and classes do not fit together and, on the CPU, for a class outside of
// 0..num_classes - 1.
BatchTargets batch_targets(const Targets& targets, std::int64_t num_classes);

// A tensor [values.size()] on that device, in one copy that the host does not wait for.
torch::Tensor index_tensor(const std::vector<std::int64_t>& values, torch::Device device);

}  // namespace saker

// Mixed precision for a stretch of code.
#pragma once

#include <torch/types.h>

#include "train/precision.hpp"

namespace saker {

// While it lives, LibTorch casts the inputs of products and convolutions on that device; nothing
// with float32. Detectors switch it off for boxes, matching and losses.
class AutocastScope {
 public:
  AutocastScope(torch::DeviceType device, Precision precision);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  torch::DeviceType device_;
  bool entered_;
  bool enabled_before_;
  torch::ScalarType type_before_;
};

}  // namespace saker

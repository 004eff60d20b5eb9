// When an augmentation is active, in optimizer steps.
#pragma once

#include <cstdint>
#include <optional>

namespace saker {

// A setting that may be left to the program ("auto" in a config file): empty stands for auto.
template <typename T>
using OrAuto = std::optional<T>;

// Active at step s iff start <= s and, unless stop is none, s < stop. Steps count from 0.
struct StepWindow {
  OrAuto<std::int64_t> start = 0;
  OrAuto<std::optional<std::int64_t>> stop = std::optional<std::int64_t>();

  // Requires both bounds to be resolved.
  bool contains(std::int64_t step) const { return *start <= step && (!*stop || step < **stop); }

  friend bool operator==(const StepWindow&, const StepWindow&) = default;
};

// The length of a training run.
struct RunLength {
  std::int64_t total_steps = 0;        // optimizer steps
  std::int64_t batches_per_epoch = 1;  // of the training loader
  std::int64_t gradient_accumulation_steps = 1;
};

// The three phases that "auto" divides a run into: strong augmentation starts at `start`, mixing of
// images ends at `flat`, and from `stop` on the images are as in validation, but for flips.
//
// With e = batches / accumulation steps an epoch, E = total / e epochs and n = min(12, rint(E * 12
// / 72)) final epochs: the start is a third of the run up to 12 epochs and epoch 4 in longer ones;
// `flat` comes half a run after it, at most at the stop. Source: the schedule of DEIM (Huang et
// al., CVPR 2025), scaled to the run.
struct StepPhases {
  std::int64_t start = 0, flat = 0, stop = 0;

  friend bool operator==(const StepPhases&, const StepPhases&) = default;
};
StepPhases step_phases(const RunLength& run);

}  // namespace saker

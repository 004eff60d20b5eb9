// Blends neighbouring images of a batch.
#pragma once

#include "core/random_stream.hpp"
#include "transforms/batch.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct MixupSettings {
  double prob = 0.5;  // of a batch
  StepWindow window = {};
};

// The share of an image that stays its own in mixup and copy-blend: uniform in [0.45, 0.55).
float draw_own_share(RandomStream& draws);

// Each image becomes own_share * itself + (1 - own_share) * the one before it, the first with the
// last; it keeps its boxes and gains those of the other.
// Source: mixup (Zhang et al., ICLR 2018) in the form of DEIM (Huang et al., CVPR 2025): one share
// near a half, boxes without weights.
void mixup(Batch& batch, float own_share);

}  // namespace saker

// From distributions over bins to distances.
#pragma once

#include <torch/types.h>

namespace saker {

// corners: [..., 4 (R + 1)] logits, R + 1 for each edge; bins: [R + 1] positions. Returns [..., 4]:
// the mean position under the softmax of each edge. Differentiable.
// Source: Li et al., "Generalized Focal Loss", NeurIPS 2020, eq. 5; D-FINE's bins are not
// equidistant.
torch::Tensor integrate_distances(const torch::Tensor& corners, const torch::Tensor& bins);

}  // namespace saker

// A loss whose gradient was computed together with its value, as one node of the autograd graph.
#pragma once

#include <torch/types.h>

#include <vector>

namespace saker {

// A float32 scalar on the CPU with that value; backward gives each input its gradient times the
// incoming factor. inputs and gradients: as many of the same shapes, on the CPU. It can be
// differentiated once, though backward may run several times.
torch::Tensor with_known_gradient(double value,
                                  const std::vector<torch::Tensor>& inputs,
                                  const std::vector<torch::Tensor>& gradients);

}  // namespace saker

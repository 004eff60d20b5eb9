// Moving averages of weights.
#pragma once

#include <torch/types.h>

#include <vector>

namespace saker {

// average = kept average + (1 - kept) value for each pair, in place. Tensors of equal shapes in
// equal order; one that stands there twice (weights with several names) is moved once. On the CPU
// all float32 tensors are moved in one pass over memory on all threads.
void move_averages(const std::vector<torch::Tensor>& averages,
                   const std::vector<torch::Tensor>& values,
                   double kept);

}  // namespace saker

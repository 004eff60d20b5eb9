// The fill rule of the golden files (fill.hpp) for tensors and modules.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace saker::test {

// lo + (hi - lo) u of the fill rule, float32.
torch::Tensor uniform_tensor(const std::string& name,
                             const std::vector<std::int64_t>& shape,
                             double low = 0,
                             double high = 1);

// Fills every parameter and every running mean and variance, named prefix + its key; other buffers
// keep their values.
void fill_module(torch::nn::Module& module, const std::string& prefix = "");

}  // namespace saker::test

// Fresh weights of whole modules, as LibTorch's own layers start.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string>

namespace saker {

// Fills the parameters of the module, each as a function of (seed, prefix + key) alone.
//
// Linear layers and convolutions: weight and bias uniform within 1 / sqrt(fan_in of the weight).
// MultiHeadAttention: in_proj_weight Xavier-uniform as one matrix, in_proj_bias and out_proj.bias
// 0. Norms: weight 1, bias 0. Parameters of other names and buffers keep their values.
void initialize_by_default(torch::nn::Module& module,
                           std::uint64_t seed,
                           const std::string& prefix);

}  // namespace saker

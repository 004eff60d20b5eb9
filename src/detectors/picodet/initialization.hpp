// Fresh weights of PicoDet.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

namespace saker {

// Fills every parameter of a whole PicoDet as a function of (seed, key) alone.
//
// Backbone and neck: convolutions Kaiming normal over their outputs, std = sqrt(2 / (out * k * k))
// with groups ignored, biases 0. Heads: convolutions N(0, 0.01^2), biases 0 but -4.6 for the class
// logits of gfl_cls. Batch norms 1 and 0.
void initialize_picodet(torch::nn::Module& model, std::uint64_t seed, std::int64_t num_classes);

}  // namespace saker

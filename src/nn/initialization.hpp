// Fresh weights, each a function of (seed, key) alone: it does not matter what else is initialised,
// nor in which order.
//
// All functions overwrite a float32 tensor on the CPU in place; call them without gradients.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

namespace saker {

struct WeightKey {
  std::uint64_t seed = 0;
  std::string name;  // the tensor's key in the state dict
};

// Normal with mean 0.
void fill_normal(torch::Tensor& tensor, double std, const WeightKey& key);

// Uniform in [-bound, bound).
void fill_uniform(torch::Tensor& tensor, double bound, const WeightKey& key);

// Elements of one row of a matrix or one filter of a convolution, [out, in, ...].
std::int64_t fan_in(const torch::Tensor& weight);

// What LibTorch gives Linear and Conv2d, for weight and bias alike: uniform within
// 1 / sqrt(fan_in(weight)).
void fill_as_libtorch(torch::Tensor& tensor, const torch::Tensor& weight, const WeightKey& key);

// Uniform within sqrt(6 / (fan_in + fan_out)), both fans times the area of a convolution's kernel.
// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
// networks", AISTATS 2010.
void fill_xavier_uniform(torch::Tensor& tensor, const WeightKey& key);

}  // namespace saker

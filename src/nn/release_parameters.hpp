// Memory of modules that another form has taken the place of.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

namespace saker {

// Lets go of the module's weights, for good: they have no elements afterwards.
inline void release_parameters(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters())
    parameter.set_data(torch::empty({0}, parameter.options()));
}

}  // namespace saker

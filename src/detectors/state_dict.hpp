// The weights of a module by name, in the order in which PyTorch's state_dict lists them.
#pragma once

#include <torch/torch.h>

#include <string>

namespace saker {

using StateDict = torch::OrderedDict<std::string, torch::Tensor>;

// Per module, parents first: its parameters, its buffers, then its children. The tensors share the
// module's storage.
StateDict state_dict(const torch::nn::Module& module);

}  // namespace saker

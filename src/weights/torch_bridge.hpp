// Stored tensors as LibTorch's, and back. The one place where files and LibTorch meet.
#pragma once

#include <torch/torch.h>

#include "weights/stored_tensor.hpp"

namespace saker {

// A CPU tensor with the same strides that uses the storage's memory and keeps it alive: writing to
// it changes every tensor that shares the storage. Never requires gradients. The view must be valid
// (view_problem), as those of files are.
torch::Tensor to_torch(const StoredTensor& tensor);

// The tensor's whole storage, without a copy when it is on the CPU: the bytes are read when they
// are used, so keep the tensor unchanged until it is written. Tensors that share a storage still
// do. Throws Error (unsupported) for a dtype that files cannot hold here (complex, quantised), and
// for tensors without strides.
StoredTensor to_stored(const torch::Tensor& tensor);

}  // namespace saker

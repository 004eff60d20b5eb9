// Stored tensors as LibTorch's, and back. The one place where files and LibTorch meet.
#pragma once

#include <torch/types.h>

#include "weights/stored_tensor.hpp"

namespace saker {

// A CPU tensor with the same strides that uses the storage's memory and keeps it alive: writing to
// it changes every tensor that shares the storage. Never requires gradients. The view must be valid
// (view_problem), as those of files are.
torch::Tensor to_torch(const StoredTensor& tensor);

// Lets `destination` have the memory of `source`, values included, instead of a copy; every tensor
// that shares memory with `destination` sees it. False, with nothing changed, unless
// - both are CPU tensors of one dtype and shape that lie row-major in memory which they fill,
// - `source` came from to_torch, of a storage read from a file, and is the last that uses it: no
//   other tensor, StoredTensor or copy of the handle is left.
// Afterwards `source` holds nothing that may be read.
bool take_memory(const torch::Tensor& destination, torch::Tensor& source);

// The tensor's whole storage, without a copy when it is on the CPU: the bytes are read when they
// are used, so keep the tensor unchanged until it is written. Tensors that share a storage still
// do. Throws Error (unsupported) for a dtype that files cannot hold here (complex, quantised), and
// for tensors without strides.
StoredTensor to_stored(const torch::Tensor& tensor);

}  // namespace saker

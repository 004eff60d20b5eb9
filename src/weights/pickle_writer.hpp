// Pickles of protocol 2, the one that torch.save writes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weights/pickle_value.hpp"

namespace saker {

struct WrittenPickle {
  std::string bytes;
  // The storages of its tensors; the key of each is its index as text. Tensors that share memory
  // share a storage.
  std::vector<std::shared_ptr<const TensorStorage>> storages;
};

// Tensors are written as CPU tensors without gradients' history. An object used in several places
// is written several times, so that Python gets separate ones. Throws Error (unsupported) for an
// opaque object, and (checkpoint) for nesting deeper than 1000, memory that is viewed as two types,
// or a pickle of more than 1 GiB.
WrittenPickle write_pickle(const PickleValue& value);

}  // namespace saker

// A pickle reader that runs nothing.
//
// A pickle is a program for a small stack machine that may call any Python function. This machine
// knows the few functions that make tensors and ordered dictionaries; everything else is kept as an
// opaque object with its arguments. Names that only an attack would hold (os.system, builtins.eval,
// ...) are refused wherever they stand.
//
// Source: the Python standard library's documentation of the format ("pickletools"), protocols 2
// to 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "weights/pickle_value.hpp"

namespace saker {

// The storage that a tensor refers to by its key. Throws Error (checkpoint) when there is none of
// this type and size.
using StorageLoader = std::function<std::shared_ptr<const TensorStorage>(
    const std::string& key, StoredType type, std::int64_t numel)>;

// The value of a pickle. `source` names the file in messages.
//
// Objects nested deeper than 1000 are an error. References of an object to itself are cut: the
// inner one becomes an opaque
// "(cycle)". Integers beyond 64 bits become an opaque "int". Memory stays within a constant times
// the size of the pickle plus what load_storage takes. Throws Error (checkpoint) for everything
// that is not a well-formed pickle of protocol 2 to 5.
PickleValue read_pickle(std::span<const std::byte> pickle,
                        const std::string& source,
                        const StorageLoader& load_storage);

}  // namespace saker

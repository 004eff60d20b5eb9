// Settings trees inside checkpoints.
#pragma once

#include "saker/value.hpp"
#include "weights/pickle_value.hpp"

namespace saker {

// What Python sees where a settings tree has an array.
enum class SequenceType { kTuple, kList };

// Integer keys stay integers.
PickleValue to_pickle(const Value& value, SequenceType sequences);

// Tuples and lists become arrays, pathlib's paths their text. Throws Error (checkpoint) when there
// is something that a settings tree cannot hold (tensors, bytes, foreign objects, keys that are
// neither text nor int), naming its path, or more than 10^6 values.
Value to_value(const PickleValue& value);

}  // namespace saker

// The stack of a pickle machine, with marks that begin sequences.
#pragma once

#include <cstddef>
#include <vector>

#include "weights/pickle_value.hpp"

namespace saker {

// Each function that takes throws Error (checkpoint), without naming the file, when there is
// nothing to take above the last mark.
class PickleStack {
 public:
  void push(PickleValue value) { values_.push_back(std::move(value)); }
  const PickleValue& top() const;
  PickleValue pop();
  // The topmost values, the deepest first.
  std::vector<PickleValue> pop_many(std::size_t count);

  void mark() { marks_.push_back(values_.size()); }
  // Everything above the last mark, and the mark.
  std::vector<PickleValue> pop_to_mark();
  // The topmost value or mark.
  void drop();

 private:
  std::vector<PickleValue> values_;
  std::vector<std::size_t> marks_;
};

}  // namespace saker

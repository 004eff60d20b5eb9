#include "weights/pickle_stack.hpp"

#include <iterator>
#include <utility>

#include "saker/error.hpp"

namespace saker {

const PickleValue& PickleStack::top() const {
  if (values_.size() <= (marks_.empty() ? 0 : marks_.back())) {
    throw Error(ErrorKind::kCheckpoint, "its pickle takes a value where there is none");
  }
  return values_.back();
}

PickleValue PickleStack::pop() {
  PickleValue value = top();
  values_.pop_back();
  return value;
}

std::vector<PickleValue> PickleStack::pop_many(std::size_t count) {
  std::vector<PickleValue> values(count);
  while (count-- > 0) values[count] = pop();
  return values;
}

std::vector<PickleValue> PickleStack::pop_to_mark() {
  if (marks_.empty())
    throw Error(ErrorKind::kCheckpoint, "its pickle ends a sequence that was never begun");
  const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleValue> values(std::make_move_iterator(begin),
                                  std::make_move_iterator(values_.end()));
  values_.erase(begin, values_.end());
  marks_.pop_back();
  return values;
}

void PickleStack::drop() {
  if (!marks_.empty() && marks_.back() == values_.size()) {
    marks_.pop_back();
  } else {
    pop();
  }
}

}  // namespace saker

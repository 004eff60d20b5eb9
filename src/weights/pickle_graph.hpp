// The objects of a pickle while it is being read: shared, changing, possibly in circles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weights/pickle_value.hpp"

namespace saker {

// Owns every container that a pickle makes. When the graph is closed, or given up, no circle of
// references is left, so that everything is freed, and nothing is so deep that freeing it would
// exhaust the stack.
class PickleGraph {
 public:
  PickleGraph() = default;
  PickleGraph(const PickleGraph&) = delete;
  PickleGraph& operator=(const PickleGraph&) = delete;
  ~PickleGraph();

  template <typename T>
  PickleValue make(T container) {
    auto shared = std::make_shared<T>(std::move(container));
    PickleValue value{PickleValue::Data(std::shared_ptr<const T>(std::move(shared)))};
    containers_.push_back(value);
    return value;
  }

  // The container inside a value that make() returned, for change; nullptr when it is of another
  // type.
  template <typename T>
  static T* edit(const PickleValue& value) {
    const auto* pointer = std::get_if<std::shared_ptr<const T>>(&value.data());
    return pointer == nullptr ? nullptr : const_cast<T*>(pointer->get());
  }

  // Cuts the circles below root, lets the last of several equal keys of a dict win as Python does,
  // and empties what root does not reach. Throws Error (checkpoint), without naming the file, when
  // objects are nested deeper than 1000.
  PickleValue close(PickleValue root);

 private:
  static void clear(const PickleValue& container);

  std::vector<PickleValue> containers_;
};

}  // namespace saker

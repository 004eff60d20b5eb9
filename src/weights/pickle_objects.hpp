// The functions that a pickle may call: what they make, and which names it may not even hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weights/pickle_graph.hpp"
#include "weights/pickle_reader.hpp"

namespace saker {

// Whether a weights file that refers to this name is an attack: functions that run programs or
// code.
bool is_forbidden_name(std::string_view module, std::string_view name);

class PickleObjects {
 public:
  // copy_budget: bytes that calls may copy in all; beyond it they stay opaque.
  PickleObjects(PickleGraph& graph, const StorageLoader& load_storage, std::size_t copy_budget)
      : graph_(graph), load_storage_(load_storage), copy_budget_(copy_budget) {}

  // callable(*arguments). Throws Error (checkpoint), without naming the file, as does storage().
  PickleValue call(const PickleValue& callable, const PickleValue& arguments);
  // The storage that a persistent id stands for, as a tensor of one dimension; opaque when its type
  // is not known here.
  PickleValue storage(const PickleValue& persistent_id);

 private:
  PickleValue opaque(const PickleOpaque& callable, const PickleValue& arguments);

  PickleGraph& graph_;
  const StorageLoader& load_storage_;
  std::size_t copy_budget_;
};

}  // namespace saker

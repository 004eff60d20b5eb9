#include "weights/pickle_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr int kMaxDepth = 1000;
constexpr int kInProgress = -1;

const void* identity(const PickleValue& value) {
  return std::visit(
      [](const auto& data) -> const void* {
        using T = std::decay_t<decltype(data)>;
        if constexpr (std::is_same_v<T, std::shared_ptr<const PickleList>> ||
                      std::is_same_v<T, std::shared_ptr<const PickleTuple>> ||
                      std::is_same_v<T, std::shared_ptr<const PickleDict>> ||
                      std::is_same_v<T, std::shared_ptr<const PickleOpaque>>) {
          return data.get();
        } else {
          return nullptr;
        }
      },
      value.data());
}

template <typename Visit>
void for_each_child(const PickleValue& value, const Visit& visit) {
  if (auto* list = PickleGraph::edit<PickleList>(value)) {
    for (PickleValue& item : list->items) visit(item);
  } else if (auto* tuple = PickleGraph::edit<PickleTuple>(value)) {
    for (PickleValue& item : tuple->items) visit(item);
  } else if (auto* dict = PickleGraph::edit<PickleDict>(value)) {
    for (auto& [key, item] : dict->items) {
      visit(key);
      visit(item);
    }
  } else if (auto* opaque = PickleGraph::edit<PickleOpaque>(value)) {
    visit(opaque->arguments);
    visit(opaque->state);
    for (PickleValue& item : opaque->items) visit(item);
  }
}

void remove_repeated_keys(PickleDict& dict) {
  std::unordered_map<std::string_view, std::size_t> text_keys;
  std::unordered_map<std::int64_t, std::size_t> int_keys;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < dict.items.size(); ++i) {
    const PickleValue& key = dict.items[i].first;
    std::size_t place = kept;
    if (key.is_string()) {
      place = text_keys.emplace(key.as_string(), kept).first->second;
    } else if (key.is_int()) {
      place = int_keys.emplace(key.as_int(), kept).first->second;
    }
    // The key's text lives in a shared string, which the first pair of that key keeps alive at its
    // place.
    if (place != kept) {
      dict.items[place].second = std::move(dict.items[i].second);
    } else {
      if (kept != i) dict.items[kept] = std::move(dict.items[i]);
      ++kept;
    }
  }
  dict.items.resize(kept);
}

// Depth-first over what a root reaches.
class Closing {
 public:
  // The number of containers on the longest way down from a value.
  int close(PickleValue& slot, int level) {
    const void* node = identity(slot);
    if (node == nullptr) return 0;
    const auto [found, is_new] = depths_.emplace(node, kInProgress);
    if (!is_new) {
      if (found->second != kInProgress) return found->second;
      slot = cycle_;
      return 1;
    }
    if (level >= kMaxDepth) too_deep();
    if (auto* dict = PickleGraph::edit<PickleDict>(slot)) remove_repeated_keys(*dict);
    int below = 0;
    for_each_child(slot,
                   [&](PickleValue& child) { below = std::max(below, close(child, level + 1)); });
    if (below >= kMaxDepth) too_deep();
    return depths_[node] = below + 1;
  }

  bool reached(const PickleValue& value) const { return depths_.contains(identity(value)); }

 private:
  [[noreturn]] static void too_deep() {
    throw Error(ErrorKind::kCheckpoint, fmt::format("nests objects deeper than {}", kMaxDepth));
  }

  std::unordered_map<const void*, int> depths_;
  const PickleValue cycle_ = PickleOpaque{.name = std::make_shared<const std::string>("(cycle)")};
};

}  // namespace

void PickleGraph::clear(const PickleValue& container) {
  // The children live on in containers_, so no chain of destructors starts here.
  if (auto* list = edit<PickleList>(container)) list->items.clear();
  if (auto* tuple = edit<PickleTuple>(container)) tuple->items.clear();
  if (auto* dict = edit<PickleDict>(container)) dict->items.clear();
  if (auto* opaque = edit<PickleOpaque>(container)) {
    opaque->arguments = PickleValue();
    opaque->state = PickleValue();
    opaque->items.clear();
  }
}

PickleGraph::~PickleGraph() {
  for (const PickleValue& container : containers_) clear(container);
}

PickleValue PickleGraph::close(PickleValue root) {
  Closing closing;
  closing.close(root, 0);
  for (const PickleValue& container : containers_) {
    if (!closing.reached(container)) clear(container);
  }
  containers_.clear();
  return root;
}

}  // namespace saker

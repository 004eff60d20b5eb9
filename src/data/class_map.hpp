// Class ids of a data set against the indices of a network's outputs.
//
// Index i is the i-th id of `names`, in the order in which they were written, once the ids of
// `ignore_classes` are left out: names {5: e, 2: b} give 5 -> 0 and 2 -> 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "saker/detections.hpp"

namespace saker {

class ClassMap {
 public:
  // Ids of ignore_classes need not be among the names. Throws Error (usage) when an id stands twice
  // in names.
  ClassMap(const ClassNames& names, std::vector<std::int64_t> ignore_classes);

  // Number of kept classes.
  std::int64_t size() const noexcept { return static_cast<std::int64_t>(kept_.size()); }
  // Id -> name of the kept classes, in the order of the indices.
  const ClassNames& kept() const noexcept { return kept_; }
  // Requires 0 <= index < size().
  std::int64_t id(std::int64_t index) const { return kept_[static_cast<std::size_t>(index)].first; }
  const std::string& name(std::int64_t index) const {
    return kept_[static_cast<std::size_t>(index)].second;
  }

  // Empty for ids that are ignored or unknown.
  std::optional<std::int64_t> index(std::int64_t class_id) const;
  bool ignores(std::int64_t class_id) const;

  // Kept and ignored ids for messages: "0, 3 (ignored: 7)".
  std::string describe_ids() const;

 private:
  ClassNames kept_;
  std::vector<std::int64_t> ignored_;                            // sorted
  std::vector<std::pair<std::int64_t, std::int64_t>> index_of_;  // id, index; sorted by id
};

}  // namespace saker

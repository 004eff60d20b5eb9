// The labels of many images in one buffer.
//
// A box takes 16 bytes when its four numbers have at most nine decimals, as label files mostly do,
// and 32 otherwise; a class takes one byte below 128. Either way the numbers come back exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/annotations.hpp"

namespace saker {

class AnnotationArena {
 public:
  // Classes must not be negative.
  void append(const Annotations& annotations);
  void shrink_to_fit();

  std::size_t size() const noexcept { return offsets_.size(); }
  // Requires i < size().
  Annotations at(std::size_t i) const;
  std::size_t memory_bytes() const noexcept;

 private:
  void put_varint(std::uint64_t value);

  std::vector<std::byte> bytes_;
  std::vector<std::uint64_t> offsets_;  // where the record of each image begins
};

}  // namespace saker

// The labels of many images in one buffer.
//
// A box takes 16 bytes when its four numbers are decimals of few digits, as files mostly hold them
// (fractions of nine decimals at most, pixels of six), and 32 otherwise; a class takes one byte
// below 128. Either way the numbers come back exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "data/annotations.hpp"

namespace saker {

class AnnotationArena {
 public:
  // Classes must not be negative.
  void append(const Annotations& annotations);
  // Kept in pixels, which are shorter decimals than their fractions of the image.
  void append(const PixelAnnotations& annotations);
  void shrink_to_fit();

  std::size_t size() const noexcept { return offsets_.size(); }
  // As fractions of the image, whichever was appended. Requires i < size().
  Annotations at(std::size_t i) const;
  // Of the image, where the annotations were appended in pixels.
  std::optional<PixelSize> image_size(std::size_t i) const;
  std::size_t memory_bytes() const noexcept;

 private:
  void put_varint(std::uint64_t value);

  std::vector<std::byte> bytes_;
  std::vector<std::uint64_t> offsets_;  // where the record of each image begins
};

}  // namespace saker

// The elements of a DICOM file, read without a library so that no damaged file can do more than
// raise an Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace saker {

// (group, element) as one number: (0028,0010) is 0x00280010.
using DicomTag = std::uint32_t;

// Top-level elements up to the pixel data. Values are views of the file's bytes, which must outlive
// the object.
class DicomDataset {
 public:
  // A file with preamble and "DICM". Throws Error (data) when it is damaged, truncated or deflated.
  static DicomDataset parse(std::span<const std::byte> file);

  const std::string& transfer_syntax() const noexcept { return transfer_syntax_; }
  bool big_endian() const noexcept { return big_endian_; }

  bool has(DicomTag tag) const { return elements_.contains(tag); }
  // The bytes of a value; of a sequence or of encapsulated pixels those of its items. Empty when
  // absent.
  std::span<const std::byte> bytes(DicomTag tag) const;
  // A binary 16-bit number (US, SS); `index` counts from 0.
  std::optional<std::uint16_t> u16(DicomTag tag, std::size_t index = 0) const;
  // The first value of a text, without padding; empty when absent.
  std::string text(DicomTag tag) const;
  // The first number of a decimal or integer string. Throws Error (data) when it is no number.
  std::optional<double> number(DicomTag tag) const;
  // The elements of a sequence's first item.
  std::optional<DicomDataset> first_item(DicomTag sequence) const;
  // The fragments of encapsulated pixel data, without the offset table.
  std::vector<std::span<const std::byte>> fragments(DicomTag tag) const;
  // Whether the element is stored as 16-bit words (OW), which matters for 8-bit pixels in
  // big-endian files.
  bool is_words(DicomTag tag) const;

 private:
  struct Element {
    std::span<const std::byte> value;
    std::uint16_t vr;  // two characters, the first one in the high byte; 0 when implicit
  };

  static DicomDataset parse_elements(std::span<const std::byte> bytes,
                                     bool explicit_vr,
                                     bool big_endian);

  std::map<DicomTag, Element> elements_;
  std::string transfer_syntax_;
  bool explicit_vr_ = true;
  bool big_endian_ = false;
};

}  // namespace saker

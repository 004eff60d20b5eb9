// DICOM files built element by element.
#pragma once

#include <cstdint>
#include <string>

#include "bytes.hpp"

namespace saker::test {

inline constexpr const char* kExplicitLittleEndian = "1.2.840.10008.1.2.1";

// An element with explicit type, little endian; text of odd length is padded.
inline Bytes element(std::uint32_t tag, std::string_view vr, const Bytes& value) {
  Bytes bytes;
  bytes.u16(tag >> 16).u16(tag & 0xFFFF).text(vr);
  const bool is_long = vr == "OB" || vr == "OW" || vr == "SQ" || vr == "UN";
  const auto size = static_cast<std::uint32_t>(value.size() + value.size() % 2);
  if (is_long) {
    bytes.u16(0).u32(size);
  } else {
    bytes.u16(size);
  }
  bytes.append(value);
  if (value.size() % 2 != 0) bytes.text(" ");
  return bytes;
}
inline Bytes element(std::uint32_t tag, std::string_view vr, std::string_view text) {
  return element(tag, vr, Bytes().text(text));
}
inline Bytes number(std::uint32_t tag, std::uint32_t value) {
  return element(tag, "US", Bytes().u16(value));
}

inline Bytes dicom_head(const std::string& transfer_syntax) {
  return Bytes().zeros(128).text("DICM").append(element(0x00020010, "UI", transfer_syntax));
}

struct DicomImage {
  std::uint32_t width = 3;
  std::uint32_t height = 1;
  std::uint32_t samples = 1;
  std::uint32_t bits = 16;
  std::uint32_t stored = 16;
  std::uint32_t sign = 0;
  std::uint32_t planar = 0;
  std::string photometric = "MONOCHROME2";
  Bytes further = {};  // elements between (0028,0103) and the pixels, in order
  Bytes pixels = {};
  std::string transfer_syntax = kExplicitLittleEndian;

  Bytes file() const {
    Bytes bytes = dicom_head(transfer_syntax);
    bytes.append(number(0x00280002, samples))
        .append(element(0x00280004, "CS", photometric))
        .append(number(0x00280006, planar));
    bytes.append(number(0x00280010, height))
        .append(number(0x00280011, width))
        .append(number(0x00280100, bits));
    bytes.append(number(0x00280101, stored))
        .append(number(0x00280102, stored - 1))
        .append(number(0x00280103, sign));
    return bytes.append(further).append(element(0x7FE00010, bits > 8 ? "OW" : "OB", pixels));
  }
};

inline Bytes slope(const std::string& slope_value, const std::string& intercept) {
  return element(0x00281052, "DS", intercept).append(element(0x00281053, "DS", slope_value));
}
inline Bytes window(const std::string& center, const std::string& width) {
  return element(0x00281050, "DS", center).append(element(0x00281051, "DS", width));
}

}  // namespace saker::test

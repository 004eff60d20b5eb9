#include "image/tiff_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace saker {
namespace {

template <typename Stored>
Stored load(const std::uint8_t* row, std::size_t index) {
  Stored value;
  std::memcpy(&value, row + index * sizeof(Stored), sizeof(Stored));
  return value;
}

template <typename Stored>
void scale(const std::uint8_t* row, double maximum, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(static_cast<double>(load<Stored>(row, i)) / maximum);
  }
}

// Samples of any width up to 16 bits, first bit highest.
template <typename Put>
void for_each_packed(unsigned bits, const std::uint8_t* row, std::size_t count, Put put) {
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    while (held_bits < bits) {
      held = (held << 8) | *row++;
      held_bits += 8;
    }
    held_bits -= bits;
    put(i, (held >> held_bits) & ((1U << bits) - 1));
    held &= (1U << held_bits) - 1;
  }
}

float half_to_float(std::uint16_t half) {
  const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
  const int exponent = (half >> 10) & 31;
  const int mantissa = half & 1023;
  if (exponent == 31) return mantissa != 0 ? std::nanf("") : sign * HUGE_VALF;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

}  // namespace

void unpack_tiff_row(const TiffLayout& layout,
                     const std::uint8_t* row,
                     std::span<std::uint8_t> out) {
  if (layout.bits == 8) {
    std::copy_n(row, out.size(), out.begin());
    return;
  }
  for_each_packed(layout.bits, row, out.size(), [&](std::size_t i, std::uint32_t v) {
    out[i] = static_cast<std::uint8_t>(v);
  });
}

void unpack_tiff_row(const TiffLayout& layout, const std::uint8_t* row, std::span<float> out) {
  const unsigned bits = layout.bits;
  if (layout.type == TiffSampleType::kFloat) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (bits == 16) out[i] = half_to_float(load<std::uint16_t>(row, i));
      if (bits == 32) out[i] = load<float>(row, i);
      if (bits == 64) out[i] = static_cast<float>(load<double>(row, i));
    }
  } else if (layout.type == TiffSampleType::kSigned) {
    if (bits == 8) scale<std::int8_t>(row, 127.0, out);
    if (bits == 16) scale<std::int16_t>(row, 32767.0, out);
    if (bits == 32) scale<std::int32_t>(row, 2147483647.0, out);
  } else if (bits == 32) {
    scale<std::uint32_t>(row, 4294967295.0, out);
  } else if (bits == 16) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<float>(load<std::uint16_t>(row, i)) / 65535.0F;
  } else {
    const float maximum = static_cast<float>((1U << bits) - 1);
    for_each_packed(bits, row, out.size(), [&](std::size_t i, std::uint32_t v) {
      out[i] = static_cast<float>(v) / maximum;
    });
  }
}

}  // namespace saker

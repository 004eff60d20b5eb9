#include "data/annotation_arena.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace saker {
namespace {

// A decimal of few digits is k / 10^d for an integer k, and that division rounds to the very double
// that the decimal text stands for, since both operands are exact.
constexpr std::array<double, 7> kPixelScales = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
constexpr double kFractionScale = 1e9;
constexpr double kLargestScaled = 2147483647.0;

// How a record holds its boxes.
enum class Form : std::uint64_t { kFractions, kScaledFractions, kPixels, kScaledPixels };
constexpr std::uint64_t kForms = 4;

using BoxNumbers = std::array<double, 4>;
using ScaledNumbers = std::array<std::int32_t, 4>;

template <typename Box>
BoxNumbers numbers_of(const Box& box) {
  return std::bit_cast<BoxNumbers>(box);
}

bool is_scalable(double value, double scale) {
  const double scaled = std::nearbyint(value * scale);
  // A negative zero would lose its sign.
  return std::abs(scaled) <= kLargestScaled && scaled / scale == value &&
         !(value == 0 && std::signbit(value));
}

template <typename Box>
bool are_scalable(const std::vector<Box>& boxes, double scale) {
  for (const Box& box : boxes) {
    for (const double value : numbers_of(box)) {
      if (!is_scalable(value, scale)) return false;
    }
  }
  return true;
}

// The number of decimals that suffices, or the count of scales.
std::size_t pixel_decimals(const std::vector<PixelBox>& boxes) {
  std::size_t decimals = 0;
  while (decimals < kPixelScales.size() && !are_scalable(boxes, kPixelScales[decimals])) ++decimals;
  return decimals;
}

std::uint64_t take_varint(const std::byte*& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint64_t>(*at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

template <typename T>
void put(std::vector<std::byte>& bytes, const T& value) {
  const auto* begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof(T));
}

template <typename T>
T take(const std::byte*& at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  at += sizeof(T);
  return value;
}

// scale: 0 for numbers as they are.
template <typename Box>
void put_boxes(std::vector<std::byte>& bytes, const std::vector<Box>& boxes, double scale) {
  for (const Box& box : boxes) {
    const BoxNumbers numbers = numbers_of(box);
    if (scale == 0) {
      put(bytes, numbers);
      continue;
    }
    ScaledNumbers integers{};
    for (std::size_t i = 0; i < integers.size(); ++i) {
      integers[i] = static_cast<std::int32_t>(std::nearbyint(numbers[i] * scale));
    }
    put(bytes, integers);
  }
}

BoxNumbers take_numbers(const std::byte*& at, double scale) {
  if (scale == 0) return take<BoxNumbers>(at);
  const auto integers = take<ScaledNumbers>(at);
  BoxNumbers numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = integers[i] / scale;
  return numbers;
}

PixelSize take_size(const std::byte*& at) {
  PixelSize size;
  size.width = static_cast<std::int64_t>(take_varint(at));
  size.height = static_cast<std::int64_t>(take_varint(at));
  return size;
}

bool is_in_pixels(Form form) { return form == Form::kPixels || form == Form::kScaledPixels; }

}  // namespace

// Record: varint (count * 4 + form); for pixels the width and height of the image as varints, and a
// byte for the decimals where they are scaled; a varint for each class; the boxes.
void AnnotationArena::append(const Annotations& annotations) {
  offsets_.push_back(bytes_.size());
  const bool scaled = are_scalable(annotations.boxes, kFractionScale);
  const Form form = scaled ? Form::kScaledFractions : Form::kFractions;
  put_varint(annotations.boxes.size() * kForms + static_cast<std::uint64_t>(form));
  for (const std::int64_t index : annotations.classes)
    put_varint(static_cast<std::uint64_t>(index));
  put_boxes(bytes_, annotations.boxes, scaled ? kFractionScale : 0);
}

void AnnotationArena::append(const PixelAnnotations& annotations) {
  offsets_.push_back(bytes_.size());
  const std::size_t decimals = pixel_decimals(annotations.boxes);
  const bool scaled = decimals < kPixelScales.size();
  const Form form = scaled ? Form::kScaledPixels : Form::kPixels;
  put_varint(annotations.boxes.size() * kForms + static_cast<std::uint64_t>(form));
  put_varint(static_cast<std::uint64_t>(annotations.image.width));
  put_varint(static_cast<std::uint64_t>(annotations.image.height));
  if (scaled) put(bytes_, static_cast<std::uint8_t>(decimals));
  for (const std::int64_t index : annotations.classes)
    put_varint(static_cast<std::uint64_t>(index));
  put_boxes(bytes_, annotations.boxes, scaled ? kPixelScales[decimals] : 0);
}

void AnnotationArena::shrink_to_fit() {
  bytes_.shrink_to_fit();
  offsets_.shrink_to_fit();
}

Annotations AnnotationArena::at(std::size_t i) const {
  const std::byte* position = bytes_.data() + offsets_[i];
  const std::uint64_t header = take_varint(position);
  const auto form = static_cast<Form>(header % kForms);
  const PixelSize image = is_in_pixels(form) ? take_size(position) : PixelSize{};
  double scale = form == Form::kScaledFractions ? kFractionScale : 0;
  if (form == Form::kScaledPixels) scale = kPixelScales[take<std::uint8_t>(position)];

  Annotations annotations;
  annotations.boxes.resize(static_cast<std::size_t>(header / kForms));
  annotations.classes.resize(annotations.boxes.size());
  for (std::int64_t& index : annotations.classes) {
    index = static_cast<std::int64_t>(take_varint(position));
  }
  for (NormalizedBox& box : annotations.boxes) {
    const BoxNumbers numbers = take_numbers(position, scale);
    box = is_in_pixels(form) ? normalized(std::bit_cast<PixelBox>(numbers), image)
                             : std::bit_cast<NormalizedBox>(numbers);
  }
  return annotations;
}

std::optional<PixelSize> AnnotationArena::image_size(std::size_t i) const {
  const std::byte* position = bytes_.data() + offsets_[i];
  if (!is_in_pixels(static_cast<Form>(take_varint(position) % kForms))) return std::nullopt;
  return take_size(position);
}

std::size_t AnnotationArena::memory_bytes() const noexcept {
  return bytes_.capacity() + offsets_.capacity() * sizeof(std::uint64_t);
}

void AnnotationArena::put_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
  bytes_.push_back(static_cast<std::byte>(value));
}

}  // namespace saker

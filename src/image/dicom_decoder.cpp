#include "image/dicom_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "image/dicom_dataset.hpp"
#include "image/dicom_pixels.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr DicomTag kWindowCenter = 0x00281050;
constexpr DicomTag kWindowWidth = 0x00281051;
constexpr DicomTag kIntercept = 0x00281052;
constexpr DicomTag kSlope = 0x00281053;
constexpr DicomTag kWindowFunction = 0x00281056;
constexpr DicomTag kModalityTable = 0x00283000;
constexpr DicomTag kTableDescriptor = 0x00283002;
constexpr DicomTag kTableData = 0x00283006;
constexpr std::array<DicomTag, 3> kPaletteDescriptor{0x00281101, 0x00281102, 0x00281103};
constexpr std::array<DicomTag, 3> kPaletteData{0x00281201, 0x00281202, 0x00281203};

// A lookup table: values below the first entry take the first one, values above the last one the
// last.
struct Table {
  std::int64_t first = 0;
  int bits = 16;
  std::vector<std::uint16_t> entries;

  std::uint16_t operator()(std::int64_t value) const {
    return entries[static_cast<std::size_t>(
        std::clamp<std::int64_t>(value - first, 0, std::ssize(entries) - 1))];
  }
};

Table read_table(const DicomDataset& dataset, DicomTag descriptor, DicomTag data, bool is_signed) {
  const std::uint16_t stored_count = dataset.u16(descriptor, 0).value_or(0);
  const std::size_t count = stored_count == 0 ? 65536 : stored_count;
  const std::uint16_t first = dataset.u16(descriptor, 1).value_or(0);
  Table table;
  table.first = is_signed ? static_cast<std::int16_t>(first) : first;
  table.bits = dataset.u16(descriptor, 2).value_or(0);
  const std::span<const std::byte> bytes = dataset.bytes(data);
  const bool packed = table.bits == 8 && bytes.size() < 2 * count;
  if ((table.bits < 8 || table.bits > 16) || bytes.size() < (packed ? count : 2 * count)) {
    throw Error(ErrorKind::kData,
                fmt::format("the DICOM table ({:04x},{:04x}) is missing, incomplete or of a kind "
                            "that is not supported",
                            data >> 16,
                            data & 0xFFFF));
  }
  table.entries.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    table.entries[i] = packed ? static_cast<std::uint16_t>(bytes[i]) : *dataset.u16(data, i);
  }
  return table;
}

std::uint8_t to_u8(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5);
}

// Values after slope and intercept or the modality table.
struct Modality {
  std::vector<double> values;
  bool is_float = false;  // the data set has slope and intercept
  double low = 0.0;       // what the integer type can hold, for those that are not
  double high = 0.0;
  bool is_u8 = false;
};

Modality apply_modality(const DicomDataset& dataset, const DicomPixels& pixels) {
  Modality modality;
  modality.values.resize(pixels.samples.size());
  if (const std::optional<DicomDataset> item = dataset.first_item(kModalityTable)) {
    const Table table = read_table(*item, kTableDescriptor, kTableData, pixels.is_signed);
    for (std::size_t i = 0; i < modality.values.size(); ++i)
      modality.values[i] = table(pixels.value(i));
    modality.is_u8 = table.bits == 8;
    modality.high = modality.is_u8 ? 255.0 : 65535.0;
    return modality;
  }
  const std::optional<double> slope = dataset.number(kSlope);
  const std::optional<double> intercept = dataset.number(kIntercept);
  modality.is_float = slope.has_value() || intercept.has_value();
  for (std::size_t i = 0; i < modality.values.size(); ++i) {
    modality.values[i] =
        static_cast<double>(pixels.value(i)) * slope.value_or(1.0) + intercept.value_or(0.0);
  }
  const int bits = std::max(pixels.bits_allocated, 8);
  modality.is_u8 = !modality.is_float && bits == 8 && !pixels.is_signed;
  modality.low = pixels.is_signed ? -std::ldexp(1.0, bits - 1) : 0.0;
  modality.high = std::ldexp(1.0, pixels.is_signed ? bits - 1 : bits) - 1.0;
  return modality;
}

// Formulas of DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3, for an output of 0..255.
class Window {
 public:
  static Window linear(double center, double width) {
    // The linear function is exact about a centre and width that are half a step smaller and one
    // step smaller.
    return {center - 0.5, std::max(width - 1.0, 0.0), false};
  }
  static Window exact(double center, double width) { return {center, width, false}; }
  static Window sigmoid(double center, double width) { return {center, width, true}; }
  static Window range(double low, double high) { return {(low + high) / 2.0, high - low, false}; }

  double operator()(double value) const {
    if (width_ <= 0.0) return value > center_ ? 255.0 : 0.0;
    const double x = (value - center_) / width_;
    return sigmoid_ ? 255.0 / (1.0 + std::exp(-4.0 * x)) : 255.0 * (x + 0.5);
  }

 private:
  Window(double center, double width, bool sigmoid)
      : center_(center), width_(width), sigmoid_(sigmoid) {}
  double center_;
  double width_;
  bool sigmoid_;
};

Window choose_window(const DicomDataset& dataset,
                     const DicomPixels& pixels,
                     const Modality& modality,
                     const DicomWindow& wanted) {
  if (wanted.mode == DicomWindow::Mode::kFixed) return Window::linear(wanted.center, wanted.width);
  const std::optional<double> center = dataset.number(kWindowCenter);
  const std::optional<double> width = dataset.number(kWindowWidth);
  if (center && width && *width > 0.0) {
    const std::string function = dataset.text(kWindowFunction);
    if (function == "SIGMOID") return Window::sigmoid(*center, *width);
    if (function == "LINEAR_EXACT") return Window::exact(*center, *width);
    return Window::linear(*center, *width);
  }
  if (pixels.bits_stored <= 8 && !pixels.is_signed && !modality.is_float) {
    return Window::range(
        0.0, modality.is_u8 ? std::ldexp(1.0, pixels.bits_stored) - 1.0 : modality.high);
  }
  const auto [low, high] = std::minmax_element(modality.values.begin(), modality.values.end());
  return Window::range(*low, *high);
}

Image decode_monochrome(const DicomDataset& dataset,
                        const DicomPixels& pixels,
                        const DicomWindow& wanted) {
  const Modality modality = apply_modality(dataset, pixels);
  const bool windowed = wanted.mode != DicomWindow::Mode::kNone;
  Image image(pixels.height,
              pixels.width,
              3,
              windowed || modality.is_u8 ? PixelType::kU8 : PixelType::kF32);
  const std::size_t count = modality.values.size();
  if (windowed) {
    const Window window = choose_window(dataset, pixels, modality, wanted);
    const bool inverted = pixels.photometric == "MONOCHROME1";
    std::uint8_t* out = image.mutable_u8().data();
    for (std::size_t i = 0; i < count; ++i) {
      const double shown = std::clamp(window(modality.values[i]), 0.0, 255.0);
      std::fill_n(out + 3 * i, 3, to_u8(inverted ? 255.0 - shown : shown));
    }
  } else if (modality.is_u8) {
    std::uint8_t* out = image.mutable_u8().data();
    for (std::size_t i = 0; i < count; ++i) std::fill_n(out + 3 * i, 3, to_u8(modality.values[i]));
  } else {
    float* out = image.mutable_f32().data();
    const double low = modality.is_float ? 0.0 : modality.low;
    const double range = modality.is_float ? 1.0 : modality.high - modality.low;
    for (std::size_t i = 0; i < count; ++i) {
      std::fill_n(out + 3 * i, 3, static_cast<float>((modality.values[i] - low) / range));
    }
  }
  return image;
}

// Colours of `bits` bits: 8 bits as they are, more shortened to 8 or, without a window, as
// fractions.
Image colours_to_image(const DicomPixels& pixels,
                       const std::vector<std::uint32_t>& rgb,
                       int bits,
                       const DicomWindow& wanted) {
  const bool shorten = wanted.mode != DicomWindow::Mode::kNone;
  Image image(
      pixels.height, pixels.width, 3, bits == 8 || shorten ? PixelType::kU8 : PixelType::kF32);
  if (image.type() == PixelType::kU8) {
    std::transform(rgb.begin(), rgb.end(), image.mutable_u8().begin(), [bits](std::uint32_t v) {
      return static_cast<std::uint8_t>(v >> (bits - 8));
    });
  } else {
    const double high = std::ldexp(1.0, bits) - 1.0;
    std::transform(rgb.begin(), rgb.end(), image.mutable_f32().begin(), [high](std::uint32_t v) {
      return static_cast<float>(v / high);
    });
  }
  return image;
}

Image decode_palette(const DicomDataset& dataset,
                     const DicomPixels& pixels,
                     const DicomWindow& wanted) {
  std::vector<std::uint32_t> rgb(3 * pixels.samples.size());
  int bits = 8;
  for (std::size_t c = 0; c < 3; ++c) {
    const Table table =
        read_table(dataset, kPaletteDescriptor[c], kPaletteData[c], pixels.is_signed);
    bits = table.bits > 8 ? 16 : 8;
    for (std::size_t i = 0; i < pixels.samples.size(); ++i) rgb[3 * i + c] = table(pixels.value(i));
  }
  return colours_to_image(pixels, rgb, bits, wanted);
}

Image decode_colours(const DicomPixels& pixels, const DicomWindow& wanted) {
  if (pixels.is_signed || pixels.bits_allocated == 1)
    throw Error(ErrorKind::kData, "signed DICOM colours are not supported");
  std::vector<std::uint32_t> rgb(pixels.samples.size());
  const bool is_ybr = pixels.photometric.starts_with("YBR_FULL");
  const double half = std::ldexp(1.0, pixels.bits_stored - 1);
  const double high = 2.0 * half - 1.0;
  const auto stored = [&](std::size_t i) { return static_cast<double>(pixels.value(i)); };
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    std::array<double, 3> colour{stored(i), stored(i + 1), stored(i + 2)};
    if (is_ybr) {
      const double cb = colour[1] - half;
      const double cr = colour[2] - half;
      colour = {colour[0] + 1.402 * cr,
                colour[0] - 0.344136 * cb - 0.714136 * cr,
                colour[0] + 1.772 * cb};
    }
    for (std::size_t c = 0; c < 3; ++c)
      rgb[i + c] = static_cast<std::uint32_t>(std::clamp(colour[c], 0.0, high) + 0.5);
  }
  // In auto mode the bits that carry values count, in kNone mode the whole integer type.
  const bool whole_type = wanted.mode == DicomWindow::Mode::kNone || pixels.bits_stored < 8;
  return colours_to_image(
      pixels, rgb, whole_type ? pixels.bits_allocated : pixels.bits_stored, wanted);
}

}  // namespace

OrientedSize dicom_size(std::span<const std::byte> bytes) {
  return dicom_pixel_size(DicomDataset::parse(bytes));
}

Image decode_dicom(std::span<const std::byte> bytes, const DicomWindow& window) {
  const DicomDataset dataset = DicomDataset::parse(bytes);
  const DicomPixels pixels = read_dicom_pixels(dataset);
  if (pixels.channels == 3) return decode_colours(pixels, window);
  if (pixels.photometric == "PALETTE COLOR") return decode_palette(dataset, pixels, window);
  return decode_monochrome(dataset, pixels, window);
}

}  // namespace saker

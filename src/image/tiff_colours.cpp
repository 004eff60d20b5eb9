#include "image/tiff_colours.hpp"

#include <algorithm>

namespace saker {
namespace {

std::uint8_t multiply_out(std::uint8_t ink, std::uint8_t black) {
  return static_cast<std::uint8_t>(((255U - ink) * (255U - black) + 127) / 255);
}
float multiply_out(float ink, float black) { return (1.0F - ink) * (1.0F - black); }

}  // namespace

TiffTable read_tiff_table(const TiffFile& file, const TiffLayout& layout) {
  TiffTable table{};
  const std::size_t count = std::size_t{1} << std::min<unsigned>(layout.bits, 8);
  if (layout.colour == TiffColour::kPalette) {
    std::array<std::uint16_t*, 3> maps{};
    if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) == 0) file.fail();
    // Some writers put 8-bit values into the 16-bit map.
    const bool is_8_bit = std::all_of(maps.begin(), maps.end(), [&](const std::uint16_t* map) {
      return std::all_of(map, map + count, [](std::uint16_t v) { return v < 256; });
    });
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < 3; ++c)
        table[i][c] = static_cast<std::uint8_t>(is_8_bit ? maps[c][i] : maps[c][i] >> 8);
    }
    return table;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t value = layout.colour == TiffColour::kInverse ? count - 1 - i : i;
    table[i].fill(static_cast<std::uint8_t>((value * 255 + (count - 1) / 2) / (count - 1)));
  }
  return table;
}

void tiff_to_rgb(const TiffLayout& layout,
                 const TiffTable& table,
                 const std::uint8_t* in,
                 std::size_t count,
                 std::uint8_t* out) {
  if (layout.colour == TiffColour::kCmyk) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        out[3 * i + c] = multiply_out(table[in[4 * i + c]][0], table[in[4 * i + 3]][0]);
      }
    }
  } else if (layout.colour == TiffColour::kRgb) {
    for (std::size_t i = 0; i < 3 * count; ++i) out[i] = table[in[i]][0];
  } else {
    for (std::size_t i = 0; i < count; ++i)
      std::copy(table[in[i]].begin(), table[in[i]].end(), out + 3 * i);
  }
}

void tiff_to_rgb(const TiffLayout& layout,
                 const TiffTable& /*table*/,
                 const float* in,
                 std::size_t count,
                 float* out) {
  if (layout.colour == TiffColour::kCmyk) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < 3; ++c)
        out[3 * i + c] = multiply_out(in[4 * i + c], in[4 * i + 3]);
    }
  } else if (layout.colour == TiffColour::kRgb) {
    std::copy_n(in, 3 * count, out);
  } else {
    const bool inverse =
        layout.colour == TiffColour::kInverse && layout.type != TiffSampleType::kFloat;
    for (std::size_t i = 0; i < count; ++i)
      std::fill_n(out + 3 * i, 3, inverse ? 1.0F - in[i] : in[i]);
  }
}

}  // namespace saker

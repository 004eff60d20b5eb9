#include "image/tiff_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "image/decoded_image.hpp"
#include "image/exif_orientation.hpp"
#include "image/tiff_file.hpp"
#include "image/tiff_samples.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Larger blocks are refused before memory is taken.
constexpr std::uint64_t kMaxBlockBytes = std::uint64_t{1} << 31;
constexpr std::uint64_t kMaxRowSamples = std::uint64_t{1} << 26;
constexpr std::uint64_t kMaxTilePixels = std::uint64_t{1} << 24;

// The rectangles in which the pixels are stored: tiles, or strips of the whole width.
struct Blocks {
  std::uint32_t width;
  std::uint32_t height;
  bool tiled;
};

Blocks read_blocks(const TiffFile& file, const TiffLayout& layout) {
  Blocks blocks{layout.width, layout.height, TIFFIsTiled(file.get()) != 0};
  if (blocks.tiled) {
    TIFFGetField(file.get(), TIFFTAG_TILEWIDTH, &blocks.width);
    TIFFGetField(file.get(), TIFFTAG_TILELENGTH, &blocks.height);
  } else {
    TIFFGetFieldDefaulted(file.get(), TIFFTAG_ROWSPERSTRIP, &blocks.height);
    blocks.height = std::min(blocks.height, layout.height);
  }
  const std::uint64_t row_samples = std::uint64_t{blocks.width} * layout.samples;
  const std::uint64_t row = (row_samples * layout.bits + 7) / 8;
  const std::uint64_t pixels = std::uint64_t{blocks.width} * blocks.height;
  const std::uint64_t max_pixels =
      std::max(kMaxTilePixels, 4 * std::uint64_t{layout.width} * layout.height);
  if (pixels == 0 || pixels > max_pixels || row_samples > kMaxRowSamples ||
      blocks.height > kMaxBlockBytes / row) {
    throw Error(ErrorKind::kData,
                fmt::format("the TIFF has blocks of {} x {} pixels, which are not supported",
                            blocks.width,
                            blocks.height));
  }
  return blocks;
}

// Palette or stretching of up to 8 bits to colours.
using Table = std::array<std::array<std::uint8_t, 3>, 256>;

Table read_table(const TiffFile& file, const TiffLayout& layout) {
  Table table{};
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

std::uint8_t multiply_out(std::uint8_t ink, std::uint8_t black) {
  return static_cast<std::uint8_t>(((255U - ink) * (255U - black) + 127) / 255);
}
float multiply_out(float ink, float black) { return (1.0F - ink) * (1.0F - black); }

void to_rgb(const TiffLayout& layout,
            const Table& table,
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

void to_rgb(const TiffLayout& layout,
            const Table& /*table*/,
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

template <typename Value>
class BlockReader {
 public:
  BlockReader(const TiffFile& file, const TiffLayout& layout, Value* out)
      : file_(file),
        layout_(layout),
        blocks_(read_blocks(file, layout)),
        table_(layout.bits <= 8 ? read_table(file, layout) : Table{}),
        row_samples_(std::size_t{blocks_.width} * (layout.planar ? 1 : layout.samples)),
        row_bytes_((row_samples_ * layout.bits + 7) / 8),
        bytes_(new std::uint8_t[row_bytes_ * blocks_.height]),
        out_(out) {}

  void read_all() {
    const std::size_t colour_samples = layout_.colour_samples();
    const std::size_t planes = layout_.planar ? colour_samples : 1;
    std::vector<Value> row(row_samples_);
    // With planes the samples of a block are gathered over several reads.
    std::vector<Value> gathered(planes > 1 ? colour_samples * blocks_.width * blocks_.height
                                           : colour_samples * blocks_.width);
    for (std::uint32_t y0 = 0; y0 < layout_.height; y0 += blocks_.height) {
      const std::uint32_t rows = std::min(blocks_.height, layout_.height - y0);
      for (std::uint32_t x0 = 0; x0 < layout_.width; x0 += blocks_.width) {
        const std::size_t columns = std::min(blocks_.width, layout_.width - x0);
        for (std::size_t plane = 0; plane < planes; ++plane) {
          read_block(x0, y0, rows, static_cast<std::uint16_t>(plane));
          for (std::size_t y = 0; y < rows; ++y) {
            unpack_tiff_row(layout_, bytes_.get() + y * row_bytes_, row);
            Value* target = gathered.data() + (planes > 1 ? y * blocks_.width * colour_samples : 0);
            gather(row.data(), columns, plane, target);
            if (plane + 1 == planes) {
              to_rgb(layout_, table_, target, columns, out_ + ((y0 + y) * layout_.width + x0) * 3);
            }
          }
        }
      }
    }
  }

 private:
  void gather(const Value* row, std::size_t columns, std::size_t plane, Value* target) const {
    const std::size_t colour_samples = layout_.colour_samples();
    if (layout_.planar) {
      for (std::size_t x = 0; x < columns; ++x) target[x * colour_samples + plane] = row[x];
    } else if (layout_.samples == colour_samples) {
      std::copy_n(row, columns * colour_samples, target);
    } else {
      for (std::size_t x = 0; x < columns; ++x)
        std::copy_n(row + x * layout_.samples, colour_samples, target + x * colour_samples);
    }
  }

  void read_block(std::uint32_t x, std::uint32_t y, std::uint32_t rows, std::uint16_t plane) {
    const std::uint32_t stored_rows = blocks_.tiled ? blocks_.height : rows;
    const auto size = static_cast<tmsize_t>(row_bytes_ * stored_rows);
    TIFF* tiff = file_.get();
    const tmsize_t got =
        blocks_.tiled
            ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), bytes_.get(), size)
            : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), bytes_.get(), size);
    if (got != size) file_.fail();
  }

  const TiffFile& file_;
  const TiffLayout& layout_;
  Blocks blocks_;
  Table table_;
  std::size_t row_samples_;
  std::size_t row_bytes_;
  std::unique_ptr<std::uint8_t[]> bytes_;
  Value* out_;
};

Image read_by_libtiff(const TiffFile& file, const TiffLayout& layout) {
  char reason[1024] = {};
  if (TIFFRGBAImageOK(file.get(), reason) == 0) {
    throw Error(ErrorKind::kData,
                fmt::format("the TIFF is of a kind that is not supported: {}", reason));
  }
  Image image(layout.height, layout.width, 3, PixelType::kU8);
  std::vector<std::uint32_t> raster(std::size_t{layout.width} * layout.height);
  // Asking for the stored orientation leaves the pixels where they are.
  if (TIFFReadRGBAImageOriented(
          file.get(), layout.width, layout.height, raster.data(), layout.orientation, 1) == 0)
    file.fail();
  std::uint8_t* out = image.mutable_u8().data();
  for (std::size_t i = 0; i < raster.size(); ++i) {
    out[3 * i] = static_cast<std::uint8_t>(TIFFGetR(raster[i]));
    out[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(raster[i]));
    out[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(raster[i]));
  }
  return image;
}

}  // namespace

OrientedSize tiff_size(std::span<const std::byte> bytes) {
  const TiffFile file(bytes);
  const TiffLayout layout = read_tiff_layout(file);
  return {layout.width, layout.height, layout.orientation};
}

Image decode_tiff(std::span<const std::byte> bytes) {
  const TiffFile file(bytes);
  const TiffLayout layout = read_tiff_layout(file);
  Image image;
  if (layout.colour == TiffColour::kLibtiff) {
    image = read_by_libtiff(file, layout);
  } else if (layout.bits <= 8 && layout.type == TiffSampleType::kUnsigned) {
    image = Image(layout.height, layout.width, 3, PixelType::kU8);
    BlockReader<std::uint8_t>(file, layout, image.mutable_u8().data()).read_all();
  } else {
    image = Image(layout.height, layout.width, 3, PixelType::kF32);
    BlockReader<float>(file, layout, image.mutable_f32().data()).read_all();
  }
  return apply_exif_orientation(image, layout.orientation);
}

}  // namespace saker

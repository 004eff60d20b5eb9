#include "image/tiff_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "image/tiff_colours.hpp"
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

template <typename Value>
class TiffRows final : public ImageRows {
 public:
  TiffRows(std::unique_ptr<TiffFile> file, const TiffLayout& layout, const std::string& name)
      : ImageRows(layout.height,
                  layout.width,
                  3,
                  std::is_same_v<Value, std::uint8_t> ? PixelType::kU8 : PixelType::kF32,
                  name),
        file_(std::move(file)),
        layout_(layout),
        blocks_(read_blocks(*file_, layout)),
        table_(layout.bits <= 8 ? read_tiff_table(*file_, layout) : TiffTable{}),
        row_samples_(std::size_t{blocks_.width} * (layout.planar ? 1 : layout.samples)),
        row_bytes_((row_samples_ * layout.bits + 7) / 8),
        samples_(row_samples_) {
    // Strips can be as high as the image; row by row they take no memory.
    if (!blocks_.tiled && !layout.planar &&
        static_cast<std::size_t>(TIFFScanlineSize(file_->get())) == row_bytes_)
      blocks_.height = 1;
    // Left as it comes, so that a file that fails early costs nothing.
    bytes_ = std::make_unique_for_overwrite<std::uint8_t[]>(row_bytes_ * blocks_.height);
    const std::size_t colour_samples = layout_.colour_samples();
    gathered_ = std::make_unique_for_overwrite<Value[]>(colour_samples * blocks_.width *
                                                        (layout.planar ? blocks_.height : 1));
    if (blocks_.height > 1) {
      band_ = std::make_unique_for_overwrite<Value[]>(std::size_t{layout.width} * 3 *
                                                      std::min(blocks_.height, layout.height));
    }
  }

 private:
  void copy_rows(std::int64_t first, std::int64_t count, Image& target, std::int64_t row) override {
    const std::size_t stride = std::size_t{layout_.width} * 3;
    Value* out = values(target) + static_cast<std::size_t>(row) * stride;
    for (std::int64_t y = first; y < first + count; ++y, out += stride) {
      const auto in_block = static_cast<std::uint32_t>(y) % blocks_.height;
      if (blocks_.height == 1) {
        read_band(static_cast<std::uint32_t>(y), out);
      } else {
        if (in_block == 0) read_band(static_cast<std::uint32_t>(y), band_.get());
        std::copy_n(band_.get() + in_block * stride, stride, out);
      }
    }
  }

  static Value* values(Image& image) {
    if constexpr (std::is_same_v<Value, std::uint8_t>) {
      return image.mutable_u8().data();
    } else {
      return image.mutable_f32().data();
    }
  }

  // The blocks that begin at row y0, as rows of RGB.
  void read_band(std::uint32_t y0, Value* out) {
    const std::size_t colour_samples = layout_.colour_samples();
    const std::size_t planes = layout_.planar ? colour_samples : 1;
    const std::uint32_t rows = std::min(blocks_.height, layout_.height - y0);
    for (std::uint32_t x0 = 0; x0 < layout_.width; x0 += blocks_.width) {
      const std::size_t columns = std::min(blocks_.width, layout_.width - x0);
      for (std::size_t plane = 0; plane < planes; ++plane) {
        read_block(x0, y0, rows, static_cast<std::uint16_t>(plane));
        for (std::size_t y = 0; y < rows; ++y) {
          unpack_tiff_row(layout_, bytes_.get() + y * row_bytes_, samples_);
          // With planes the samples of a block are gathered over several reads.
          Value* target =
              gathered_.get() + (layout_.planar ? y * blocks_.width * colour_samples : 0);
          gather(columns, plane, target);
          if (plane + 1 == planes)
            tiff_to_rgb(layout_, table_, target, columns, out + (y * layout_.width + x0) * 3);
        }
      }
    }
  }

  void gather(std::size_t columns, std::size_t plane, Value* target) const {
    const Value* row = samples_.data();
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
    TIFF* tiff = file_->get();
    if (blocks_.height == 1 && !blocks_.tiled) {
      if (TIFFReadScanline(tiff, bytes_.get(), y, plane) < 0) file_->fail();
      return;
    }
    const std::uint32_t stored_rows = blocks_.tiled ? blocks_.height : rows;
    const auto size = static_cast<tmsize_t>(row_bytes_ * stored_rows);
    const tmsize_t got =
        blocks_.tiled
            ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), bytes_.get(), size)
            : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), bytes_.get(), size);
    if (got != size) file_->fail();
  }

  std::unique_ptr<TiffFile> file_;
  TiffLayout layout_;
  Blocks blocks_;
  TiffTable table_;
  std::size_t row_samples_;
  std::size_t row_bytes_;
  std::unique_ptr<std::uint8_t[]> bytes_;  // of a block, as it is stored
  std::vector<Value> samples_;             // of a row of a block
  std::unique_ptr<Value[]> gathered_;      // the colours' samples of a row, with planes of a block
  std::unique_ptr<Value[]> band_;          // rows of RGB
};

}  // namespace

std::unique_ptr<ImageRows> tiff_rows(std::unique_ptr<TiffFile> file,
                                     const TiffLayout& layout,
                                     const std::string& name) {
  if (layout.colour == TiffColour::kLibtiff) return nullptr;
  if (layout.bits <= 8 && layout.type == TiffSampleType::kUnsigned)
    return std::make_unique<TiffRows<std::uint8_t>>(std::move(file), layout, name);
  return std::make_unique<TiffRows<float>>(std::move(file), layout, name);
}

}  // namespace saker

#include "image/tiff_decoder.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "image/decoded_image.hpp"
#include "image/exif_orientation.hpp"
#include "image/tiff_file.hpp"
#include "image/tiff_rows.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

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
  auto file = std::make_unique<TiffFile>(bytes);
  const TiffLayout layout = read_tiff_layout(*file);
  check_image_size(layout.width, layout.height);
  if (layout.colour == TiffColour::kLibtiff)
    return apply_exif_orientation(read_by_libtiff(*file, layout), layout.orientation);
  const std::unique_ptr<ImageRows> rows = tiff_rows(std::move(file), layout, "");
  Image image(rows->height(), rows->width(), rows->channels(), rows->type());
  rows->read(rows->height(), image, 0);
  return apply_exif_orientation(image, layout.orientation);
}

std::unique_ptr<ImageRows> open_tiff_rows(OpenFile file, const std::string& name) {
  auto tiff = std::make_unique<TiffFile>(std::move(file));
  const TiffLayout layout = read_tiff_layout(*tiff);
  if (layout.width == 0 || layout.height == 0) check_image_size(layout.width, layout.height);
  return layout.orientation == 1 ? tiff_rows(std::move(tiff), layout, name) : nullptr;
}

}  // namespace saker

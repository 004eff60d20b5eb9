// An image that is larger than the memory that its prediction takes.
#include <gtest/gtest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../program.hpp"
#include "../small_training.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

constexpr std::uint32_t kSide = 20000;

void write_large_tiff(const std::string& path, bool tiled) {
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kSide);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kSide);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_PACKBITS);
  std::uint32_t blocks = 0;
  std::vector<std::uint8_t> block;
  if (tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 512);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 512);
    blocks = TIFFNumberOfTiles(tiff);
    block.resize(static_cast<std::size_t>(TIFFTileSize(tiff)));
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 50);
    blocks = TIFFNumberOfStrips(tiff);
    block.resize(static_cast<std::size_t>(TIFFStripSize(tiff)));
  }
  for (std::uint32_t i = 0; i < blocks; ++i) {
    std::fill(block.begin(), block.end(), static_cast<std::uint8_t>(i));
    const auto size = static_cast<tmsize_t>(block.size());
    tiled ? TIFFWriteEncodedTile(tiff, i, block.data(), size)
          : TIFFWriteEncodedStrip(tiff, i, block.data(), size);
  }
  TIFFClose(tiff);
}

TEST(LargeImage, IsPredictedInLessMemoryThanItsPixelsTake) {
  const test::TemporaryFolder folder;
  const std::string data = test::small_scenes(folder / "data");
  ASSERT_EQ(test::run_program(test::small_training(folder / "run", data, 1)).exit_code, 0);
  for (const bool tiled : {true, false}) {
    const std::string image = folder / "large.tif";
    write_large_tiff(image, tiled);
    const test::ProgramResult result =
        test::run_program({"predict",
                           "--model",
                           folder / "run/exported_models/exported_last.pt",
                           "--sahi",
                           "--tile-size",
                           "1000",
                           image});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(nlohmann::json::parse(result.output)[0]["width"], kSide);
    constexpr std::int64_t kPixelBytes = std::int64_t{3} * kSide * kSide;
    EXPECT_LT(result.peak_bytes, kPixelBytes / 2);
    RecordProperty("peak_bytes", std::to_string(result.peak_bytes));
  }
}

}  // namespace
}  // namespace saker

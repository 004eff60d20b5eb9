// Real files of every format against what two other readers said of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "golden.hpp"
#include "image/read_image.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

struct Statistics {
  double mean[3] = {};
  double low = 1e30;
  double high = -1e30;
};

Statistics statistics_of(const Image& image, double scale, double offset = 0.0) {
  Statistics statistics;
  const auto count = static_cast<double>(image.height() * image.width());
  for (std::size_t i = 0; i < image.value_count(); ++i) {
    const double stored =
        image.type() == PixelType::kU8 ? image.u8()[i] : static_cast<double>(image.f32()[i]);
    const double value = stored * scale + offset;
    statistics.mean[i % 3] += value / count;
    statistics.low = std::min(statistics.low, value);
    statistics.high = std::max(statistics.high, value);
  }
  return statistics;
}

// Lossless 8-bit formats agree to the rounding of the expected means; the others to a level or two.
double tolerance_of(const std::string& name) {
  if (name.starts_with("cmyk")) return 2.0;
  if (name.ends_with(".jpg") || name.ends_with(".jpeg") || name == "jpeg_in.tif" ||
      name == "jpeg_named.png")
    return 0.5;
  if (name == "rgb.webp" || name == "alpha.webp" || name == "exif_orientation_6.webp") return 0.5;
  if (name.starts_with("rgb16")) return 0.5;
  return 0.011;
}

void check_dicom(const std::filesystem::path& path, const nlohmann::ordered_json& expected) {
  ReadImageArgs args;
  args.dicom_window.mode = DicomWindow::Mode::kNone;
  const Image image = read_image(path, args);
  EXPECT_EQ(image.width(), expected.at("width").get<std::int64_t>());
  EXPECT_EQ(image.height(), expected.at("height").get<std::int64_t>());
  const std::string photometric = expected.at("photometric");
  if (photometric == "PALETTE COLOR" || photometric == "YBR_FULL") return;
  const double slope = expected.at("slope");
  const double intercept = expected.at("intercept");
  // Files with slope and intercept give those values, signed 16-bit ones without give (v + 32768) /
  // 65535.
  const bool rescaled = image.type() == PixelType::kU8 || statistics_of(image, 1.0).high > 1.0;
  const Statistics found = rescaled ? statistics_of(image, 1.0 / slope, -intercept / slope)
                                    : statistics_of(image, 65535.0, -32768.0);
  EXPECT_NEAR(found.low, expected.at("stored_min").get<double>(), 0.01);
  EXPECT_NEAR(found.high, expected.at("stored_max").get<double>(), 0.01);
  EXPECT_NEAR((found.mean[0] + found.mean[1] + found.mean[2]) / 3.0,
              expected.at("stored_mean").get<double>(),
              0.01);
}

void check_picture(const std::filesystem::path& path, const nlohmann::ordered_json& expected) {
  const Image image = read_image(path);
  EXPECT_EQ(image.width(), expected.at("width").get<std::int64_t>());
  EXPECT_EQ(image.height(), expected.at("height").get<std::int64_t>());
  ASSERT_EQ(image.channels(), 3);
  if (expected.contains("stored_mean")) {
    ASSERT_EQ(image.type(), PixelType::kF32);
    const Statistics found = statistics_of(image, 65535.0);
    EXPECT_NEAR(found.low, expected.at("stored_min").get<double>(), 0.01);
    EXPECT_NEAR(found.high, expected.at("stored_max").get<double>(), 0.01);
    EXPECT_NEAR(found.mean[1], expected.at("stored_mean").get<double>(), 0.01);
    return;
  }
  const Statistics found = statistics_of(image, image.type() == PixelType::kU8 ? 1.0 : 255.0);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(found.mean[c],
                expected.at("rgb_mean")[c].get<double>(),
                tolerance_of(path.filename().string()))
        << c;
  }
}

TEST(Formats, EveryFileReadsAsOtherReadersSay) {
  SAKER_DATA(folder, "formats");
  const auto expected = test::read_json(folder / "expected.json");
  for (const auto& [name, entry] : expected.items()) {
    SCOPED_TRACE(name);
    const bool has_frames = entry.contains("frames");
    if (entry.contains("error") || has_frames) {
      try {
        read_image(folder / name);
        ADD_FAILURE() << "no error";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
        EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
      }
    } else if (name.ends_with(".dcm")) {
      check_dicom(folder / name, entry);
    } else {
      check_picture(folder / name, entry);
    }
  }
}

}  // namespace
}  // namespace saker

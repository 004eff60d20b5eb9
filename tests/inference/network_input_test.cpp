#include "inference/network_input.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fill.hpp"
#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

// The input of a golden case, from its C x H x W bytes.
Image golden_image(const Json& item) {
  const std::string name = item.at("name");
  const std::string dtype = item.at("dtype");
  const std::string source = name == "gray_u8"          ? "pre/g"
                             : name == "u16"            ? "pre/h"
                             : name == "float"          ? "pre/f"
                             : name == "none_normalize" ? "pre/n"
                                                        : "pre/a";
  const auto shape = item.at("in").get<std::vector<std::int64_t>>();
  const std::int64_t channels = shape[0], height = shape[1], width = shape[2];
  const std::vector<std::uint8_t> chw = test::noise_u8(source, channels * height * width);
  const PixelType type = dtype == "uint8" ? PixelType::kU8 : PixelType::kF32;
  Image image(height, width, channels, type);
  for (std::int64_t i = 0; i < channels * height * width; ++i) {
    const std::int64_t c = i % channels, pixel = i / channels;
    const std::uint8_t value = chw[static_cast<std::size_t>(c * height * width + pixel)];
    const auto at = static_cast<std::size_t>(i);
    // 16-bit files hold 257 times the byte and are read as fractions of 65535, which is the byte's
    // fraction of 255.
    if (type == PixelType::kU8) {
      image.mutable_u8()[at] = value;
    } else {
      image.mutable_f32()[at] = static_cast<float>(value) / 255.0F;
    }
  }
  return image;
}

TEST(NetworkInput, AgreesWithTheGoldenPreprocessing) {
  SAKER_GOLDEN(cases_path, "sahi/preprocess.json");
  SAKER_GOLDEN(tensors_path, "sahi/preprocess.safetensors");
  const auto tensors = test::read_safetensors(tensors_path);
  const auto golden_file = test::read_json(cases_path);
  for (const Json& item : golden_file.at("cases")) {
    const std::string name = item.at("name");
    NetworkInput input{.size = {item.at("image_size")[0], item.at("image_size")[1]},
                       .channels = 3,
                       .normalization = {}};
    if (!item.at("normalize").is_null()) {
      input.normalization =
          Normalization{item.at("normalize").at("mean"), item.at("normalize").at("std")};
    }
    std::vector<float> found(input.value_count());
    write_network_input(golden_image(item), input, found);
    const auto expected = tensors.at(name).as<float>();
    ASSERT_EQ(found.size(), expected.size()) << name;
    for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_NEAR(found[i], expected[i], 2.5e-5) << name << " at " << i;
  }
}

TEST(NetworkInput, TakesAnyNumberOfChannels) {
  Image image(2, 3, 4, PixelType::kU8);
  for (std::size_t i = 0; i < image.value_count(); ++i)
    image.mutable_u8()[i] = static_cast<std::uint8_t>(10 * i);
  const NetworkInput input{
      .size = {2, 3}, .channels = 4, .normalization = Normalization{{0, 0, 0, 0.5}, {1, 1, 1, 2}}};
  std::vector<float> chw(input.value_count());
  write_network_input(image, input, chw);
  EXPECT_NEAR(chw[0], 0.0F, 1e-6);                            // channel 0, first pixel
  EXPECT_NEAR(chw[5], 200.0F / 255, 1e-6);                    // channel 0, last pixel
  EXPECT_NEAR(chw[18], (30.0F / 255 - 0.5F) / 2, 1e-6);       // channel 3, first pixel
  EXPECT_NEAR(chw[18 + 4], (190.0F / 255 - 0.5F) / 2, 1e-6);  // channel 3, fifth pixel
}

TEST(NetworkInput, ReplicatesGrayAlone) {
  Image gray(1, 2, 1, PixelType::kF32);
  gray.mutable_f32()[1] = 0.25F;
  const Image rgb = with_channels(gray, 3);
  const std::vector<float> values(rgb.f32().begin(), rgb.f32().end());
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0, 0.25F, 0.25F, 0.25F}));
  for (const std::int64_t channels : {2, 4}) {
    try {
      with_channels(Image(8, 8, channels, PixelType::kU8), 3);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      const std::string message = error.what();
      EXPECT_NE(message.find(std::to_string(channels) + " channels"), std::string::npos);
      EXPECT_NE(message.find("expects 3"), std::string::npos);
    }
  }
  EXPECT_THROW(with_channels(Image(8, 8, 3, PixelType::kU8), 1), Error);
}

}  // namespace
}  // namespace saker

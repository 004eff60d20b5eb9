#include "transforms/normalize.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"
#include "test_image.hpp"

namespace saker {
namespace {

// [H, W, C] to [C, H, W].
std::vector<float> planes(std::span<const float> values, std::size_t channels) {
  std::vector<float> result;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = c; i < values.size(); i += channels) result.push_back(values[i]);
  }
  return result;
}

std::vector<float> normalized(const Image& image,
                              const std::optional<Normalization>& normalization) {
  std::vector<float> values(image.value_count());
  normalize_to_chw(image, normalization, values);
  return values;
}

TEST(Normalize, EqualsTheReference) {
  SAKER_GOLDEN(path, "transforms/normalize.safetensors");
  const auto golden = test::read_safetensors(path);
  const Image image = test::noise_image("norm/a", 6, 8);
  const Image as_float = test::as_float(image);
  const Normalization zero_one = {{0, 0, 0}, {1, 1, 1}};
  const auto expect =
      [&](const Image& input, const std::optional<Normalization>& normalization, const char* name) {
        EXPECT_LE(test::difference(normalized(input, normalization),
                                   planes(golden.at(name).as<float>(), 3))
                      .largest,
                  1e-6)
            << name;
      };
  expect(image, std::nullopt, "to_float.u8");
  expect(as_float, std::nullopt, "to_float.f32");
  expect(image, Normalization{}, "normalize.imagenet");
  expect(as_float, Normalization{}, "normalize.imagenet");
  expect(image, zero_one, "normalize.zero_one");
}

TEST(Normalize, ScalingDoesTheSame) {
  const Image image = test::noise_image("scaling", 5, 7);
  for (const Image& input : {image, test::as_float(image)}) {
    const ChannelScaling scaling = channel_scaling(Normalization{}, 3, input.type());
    const std::vector<float> values = normalized(input, Normalization{});
    for (std::size_t i = 0; i < 35; ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        const float raw = input.type() == PixelType::kU8 ? static_cast<float>(input.u8()[3 * i + c])
                                                         : input.f32()[3 * i + c];
        EXPECT_NEAR(raw * scaling.scale[c] + scaling.bias[c], values[35 * c + i], 1e-6);
      }
    }
  }
}

TEST(Normalize, ChannelsMustAgree) {
  std::vector<float> target(4);
  EXPECT_THROW(normalize_to_chw(Image(2, 2, 1, PixelType::kU8), Normalization{}, target), Error);
}

}  // namespace
}  // namespace saker

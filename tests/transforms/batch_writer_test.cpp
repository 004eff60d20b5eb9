#include "transforms/batch_writer.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TransformSettings settings() {
  TransformSettings settings;
  settings.normalize = std::optional<Normalization>();
  settings.num_channels = 3;
  settings.min_area_px = 1;
  settings.min_bbox_size_px = 4;
  return settings;
}

TEST(BatchWriter, EqualsTheReferencesCollate) {
  SAKER_GOLDEN(json_path, "transforms/collate.json");
  SAKER_GOLDEN(path, "transforms/collate.safetensors");
  const auto golden = test::read_json(json_path);
  const std::vector<Annotations> inputs = {
      {{{0.3, 0.4, 0.3, 0.3}, {0.8, 0.2, 0.3, 0.3}}, {4, 9}},
      {},
      {{{0.5, 0.6, 0.6, 0.5}, {0.1, 0.1, 0.05, 0.05}}, {7, 2}}};
  const ImageSize size = {golden["scale_jitter_size"][0], golden["scale_jitter_size"][1]};
  const TransformSettings common = settings();
  BatchWriter writer(3, size, common);
  for (std::size_t i = 0; i < 3; ++i) {
    Image image(32, 48, 3, PixelType::kF32);
    std::ranges::copy(test::uniform("mix/" + std::to_string(i), 32 * 48 * 3, -2.0, 2.5),
                      image.mutable_f32().begin());
    const SampleInput input{image, inputs[i], std::to_string(i)};
    writer.check(input);
    writer.add(origin_of(input), {PlacedImage(image), enter_boxes(inputs[i], {32, 48})});
  }
  Batch batch = writer.take();
  finish_boxes(batch, common);
  EXPECT_EQ(batch.size, size);
  EXPECT_EQ(batch.count(), 3);
  EXPECT_LE(
      test::difference(batch.images, test::read_safetensors(path).at("image").as<float>()).largest,
      1e-5);
  for (std::size_t i = 0; i < 3; ++i) {
    test::expect_annotations(batch.annotations[i],
                             test::read_annotations(golden["boxes"][i], golden["classes"][i]),
                             1e-6);
    EXPECT_EQ(batch.original_sizes[i], (ImageSize{32, 48}));
  }
}

TEST(BatchWriter, DifferentSizesNameTheImage) {
  const TransformSettings common = settings();
  BatchWriter writer(2, std::nullopt, common);
  const auto add = [&](std::int64_t width, const char* path) {
    const Image image(4, width, 3, PixelType::kU8);
    writer.add({path, {4, width}}, {PlacedImage(image), {}});
  };
  add(5, "a.jpg");
  try {
    add(6, "b.jpg");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    EXPECT_TRUE(std::string(error.what()).starts_with("b.jpg: the image is 4x6")) << error.what();
  }
}

TEST(BatchWriter, OtherChannelsNameTheImage) {
  const TransformSettings common = settings();
  const BatchWriter writer(1, std::nullopt, common);
  EXPECT_THROW(writer.check({Image(2, 2, 1, PixelType::kU8), {}, "gray.png"}), Error);
}

}  // namespace
}  // namespace saker

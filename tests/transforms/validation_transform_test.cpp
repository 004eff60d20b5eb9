#include "transforms/validation_transform.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"
#include "transforms/picodet_transforms.hpp"

namespace saker {
namespace {

Batch validate(const Image& image, const Annotations& annotations, ImageSize size) {
  const Value args = {{"image_size", {size.height, size.width}}};
  const ValidationTransform transform(
      resolve_transforms(
          picodet_transform_family(), args, {.default_image_size = {416, 416}, .run = {100, 10, 1}})
          .validation);
  return transform.make_batch(std::vector<std::int64_t>{0}, [&](std::int64_t) {
    return SampleInput{image, annotations, "image"};
  });
}

std::vector<float> planes(const test::Array& array) {
  const auto values = array.as<float>();
  std::vector<float> result;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = c; i < values.size(); i += 3) result.push_back(values[i]);
  }
  return result;
}

TEST(ValidationTransform, EqualsTheReference) {
  SAKER_GOLDEN(json_path, "transforms/val_pipeline.json");
  SAKER_GOLDEN(path, "transforms/val_pipeline.safetensors");
  SAKER_GOLDEN(boxes_path, "transforms/geometric.json");
  const auto golden = test::read_safetensors(path);
  const auto boxes = test::read_json(boxes_path);
  const Annotations annotations = test::read_annotations(boxes["boxes_cxcywh"], boxes["labels"]);
  for (const auto& pipeline : test::read_json(json_path)) {
    const std::string name = "val." + std::to_string(pipeline["index"].get<int>());
    const ImageSize size = {pipeline["image_size"][0], pipeline["image_size"][1]};
    const Image image = test::noise_image(pipeline["input"], pipeline["in"][0], pipeline["in"][1]);
    const Batch from_u8 = validate(image, annotations, size);
    const auto apart = test::difference(from_u8.images, planes(golden.at(name)), 1e-5);
    EXPECT_LE(apart.share_above, 0.01) << name;
    EXPECT_LE(apart.largest, 1.0 / 255 / 0.224 + 1e-5) << name;
    test::expect_annotations(from_u8.annotations[0],
                             test::read_annotations(pipeline["boxes"], pipeline["labels"]),
                             1e-6);
    const Batch from_float = validate(test::as_float(image), annotations, size);
    EXPECT_LE(test::difference(from_float.images, planes(golden.at(name + ".float_input"))).largest,
              1e-5)
        << name;
  }
}

TEST(ValidationTransform, EqualsTheReferenceForPicodet) {
  SAKER_GOLDEN(json_path, "picodet/transforms.json");
  SAKER_GOLDEN(path, "picodet/transforms.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto input = test::read_json(json_path)["val_input"];
  const Batch batch = validate(test::noise_image("picodet.val.image", 75, 110),
                               test::read_annotations(input["bboxes"], input["labels"]),
                               {96, 64});
  const auto apart = test::difference(batch.images, planes(golden.at("val.image_hwc")), 1e-5);
  EXPECT_LE(apart.share_above, 0.01);
  EXPECT_LE(apart.largest, 2e-2);
  const auto boxes = golden.at("val.bboxes").as<double>();
  Annotations expected;
  for (std::size_t i = 0; i < boxes.size(); i += 4)
    expected.boxes.push_back({boxes[i], boxes[i + 1], boxes[i + 2], boxes[i + 3]});
  const auto labels = golden.at("val.labels").as<std::int64_t>();
  expected.classes.assign(labels.begin(), labels.end());
  test::expect_annotations(batch.annotations[0], expected, 1e-6);
}

}  // namespace
}  // namespace saker

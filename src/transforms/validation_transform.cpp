#include "transforms/validation_transform.hpp"

#include <utility>

#include "image/resize.hpp"
#include "transforms/batch_writer.hpp"
#include "transforms/sample.hpp"

namespace saker {

ValidationTransform::ValidationTransform(TransformSettings settings)
    : settings_(std::move(settings)) {}

Batch ValidationTransform::make_batch(std::span<const std::int64_t> indices,
                                      const SampleReader& read) const {
  BatchWriter writer(indices.size(), std::nullopt, settings_);
  for (const std::int64_t index : indices) {
    const SampleInput input = read(index);
    writer.check(input);
    Image image = input.image;
    LabeledBoxes boxes = enter_boxes(input.annotations, {image.height(), image.width()});
    if (settings_.resize)
      image = resize_bilinear(image, *settings_.resize->height, *settings_.resize->width);
    writer.add(input, {PlacedImage(std::move(image)), std::move(boxes)});
  }
  return writer.take();
}

}  // namespace saker

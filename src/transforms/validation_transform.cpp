#include "transforms/validation_transform.hpp"

#include <optional>
#include <utility>

#include "image/resize.hpp"
#include "transforms/batch_writer.hpp"
#include "transforms/sample.hpp"

namespace saker {

ValidationTransform::ValidationTransform(TransformSettings settings)
    : settings_(std::move(settings)) {}

Batch ValidationTransform::make_batch(std::span<const std::int64_t> indices,
                                      const SampleReader& read) const {
  std::optional<ImageSize> size;
  if (settings_.resize) size = {*settings_.resize->height, *settings_.resize->width};
  BatchWriter writer(indices.size(), size, settings_, pool_);
  for (const std::int64_t index : indices) {
    const SampleInput input = read(index);
    writer.check(input);
    LabeledBoxes boxes =
        enter_boxes(input.annotations, {input.image.height(), input.image.width()});
    // uint8 is rounded after the resize; float32 is resized on its way into the batch.
    const bool resizes = size && input.image.type() == PixelType::kU8;
    Image image = resizes ? resize_bilinear(input.image, size->height, size->width) : input.image;
    writer.add(origin_of(input), {PlacedImage(std::move(image)), std::move(boxes)});
  }
  Batch batch = writer.take();
  finish_boxes(batch, settings_);
  return batch;
}

}  // namespace saker

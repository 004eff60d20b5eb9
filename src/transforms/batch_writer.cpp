#include "transforms/batch_writer.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "saker/error.hpp"
#include "transforms/bilinear_sampler.hpp"
#include "transforms/normalize.hpp"

namespace saker {

SampleOrigin origin_of(const SampleInput& input) {
  return {input.path, {input.image.height(), input.image.width()}};
}

BatchWriter::BatchWriter(std::size_t count,
                         std::optional<ImageSize> size,
                         const TransformSettings& settings,
                         std::shared_ptr<FloatPool> pool)
    : count_(count), resizes_(size.has_value()), settings_(&settings), pool_(std::move(pool)) {
  batch_.channels = *settings.num_channels;
  batch_.annotations.reserve(count);
  if (size) fix_size(*size);
}

void BatchWriter::fix_size(ImageSize size) {
  size_ = size;
  batch_.size = size;
  batch_.images = PooledFloats(
      pool_, count_ * static_cast<std::size_t>(batch_.channels * size.height * size.width));
}

void BatchWriter::check(const SampleInput& input) const {
  const auto& drop = settings_->channel_drop;
  const std::int64_t expected =
      drop ? static_cast<std::int64_t>(drop->weight_drop.size()) : batch_.channels;
  if (input.image.channels() == expected) return;
  throw Error(ErrorKind::kData,
              fmt::format("{}: the image has {} channels, but {} {}",
                          input.path,
                          input.image.channels(),
                          drop ? "channel_drop has weights for" : "the network reads",
                          expected));
}

void BatchWriter::add(const SampleOrigin& origin, const Sample& sample) {
  const ImageSize sample_size = sample.image.size();
  if (!size_) fix_size(sample_size);
  if (!resizes_ && sample_size != *size_) {
    throw Error(
        ErrorKind::kData,
        fmt::format("{}: the image is {}x{} (height x width) after its transforms, others of its "
                    "batch are {}x{}; "
                    "set transform_args.resize or transform_args.scale_jitter to unify them",
                    origin.path,
                    sample_size.height,
                    sample_size.width,
                    size_->height,
                    size_->width));
  }
  const std::size_t values = batch_.images.size() / count_;
  const std::span<float> target =
      std::span(batch_.images).subspan(batch_.annotations.size() * values, values);
  const std::optional<Normalization>& normalization = *settings_->normalize;
  if (sample_size == *size_) {
    normalize_to_chw(sample.image.materialize(), normalization, target);
  } else {
    const ChannelScaling scaling =
        channel_scaling(normalization, batch_.channels, sample.image.source().type());
    sample_bilinear(sample.image, scaling, *size_, target);
  }
  LabeledBoxes boxes = sample.boxes;
  filter_boxes(boxes, *size_, settings_->min_area_px);
  batch_.annotations.push_back(leave_boxes(boxes));
  batch_.paths.push_back(origin.path);
  batch_.original_sizes.push_back(origin.size);
}

Batch BatchWriter::take() { return std::move(batch_); }

void finish_boxes(Batch& batch, const TransformSettings& settings) {
  for (Annotations& annotations : batch.annotations) {
    LabeledBoxes boxes = to_corners(annotations);
    filter_boxes(boxes, batch.size, settings.min_area_px);
    annotations = leave_boxes(boxes);
    drop_small_boxes(annotations, batch.size, settings.min_bbox_size_px);
  }
}

}  // namespace saker

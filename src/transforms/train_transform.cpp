#include "transforms/train_transform.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/random_stream.hpp"
#include "image/resize.hpp"
#include "saker/error.hpp"
#include "transforms/batch_writer.hpp"

namespace saker {

TrainTransform::TrainTransform(TransformSettings settings) : settings_(std::move(settings)) {
  if (settings_.scale_jitter)
    jitter_sizes_ = jitter_sizes(*settings_.scale_jitter, *settings_.image_size);
}

Sample TrainTransform::augment(const SampleInput& input,
                               std::int64_t index,
                               const BatchKey& key) const {
  RandomStream draws({.seed = key.seed,
                      .purpose = "augment",
                      .epoch = static_cast<std::uint64_t>(key.epoch),
                      .index = static_cast<std::uint64_t>(index)});
  const std::int64_t step = key.step;
  Image pixels = input.image;
  if (settings_.photometric_distort && settings_.photometric_distort->window.contains(step)) {
    photometric_distort(*settings_.photometric_distort, draws, pixels);
  }
  const ImageSize size = {pixels.height(), pixels.width()};
  Sample sample{PlacedImage(std::move(pixels)), enter_boxes(input.annotations, size)};
  const auto filter = [&] {
    filter_boxes(sample.boxes, sample.image.size(), settings_.min_area_px);
  };
  filter();
  if (settings_.random_zoom_out && settings_.random_zoom_out->window.contains(step)) {
    random_zoom_out(*settings_.random_zoom_out, draws, sample);
    filter();
  }
  if (settings_.random_iou_crop && settings_.random_iou_crop->window.contains(step)) {
    random_iou_crop(*settings_.random_iou_crop, draws, sample);
    filter();
  }
  if (settings_.random_flip) {
    random_flip_horizontal(*settings_.random_flip, draws, sample);
    random_flip_vertical(*settings_.random_flip, draws, sample);
    filter();
  }
  if (settings_.random_rotate_90) {
    random_rotate_90(*settings_.random_rotate_90, draws, sample);
    filter();
  }
  if (settings_.random_rotate) {
    random_rotate(*settings_.random_rotate, draws, sample);
    filter();
  }
  if (settings_.resize) {
    const ImageSize target = {*settings_.resize->height, *settings_.resize->width};
    if (sample.image.size() != target) {
      sample.image =
          PlacedImage(resize_bilinear(sample.image.materialize(), target.height, target.width));
    }
    filter();
  }
  return sample;
}

std::optional<ImageSize> TrainTransform::draw_batch_size(const BatchKey& key) const {
  const auto& jitter = settings_.scale_jitter;
  if (jitter && (!*jitter->step_stop || key.step < **jitter->step_stop)) {
    RandomStream draws({.seed = key.seed,
                        .purpose = "collate",
                        .epoch = static_cast<std::uint64_t>(key.epoch),
                        .index = static_cast<std::uint64_t>(key.batch)});
    if (draws.uniform() < jitter->prob) {
      return jitter_sizes_[static_cast<std::size_t>(
          draws.uniform_int(0, static_cast<std::int64_t>(jitter_sizes_.size()) - 1))];
    }
  }
  return std::nullopt;
}

Batch TrainTransform::make_batch(std::span<const std::int64_t> indices,
                                 const BatchKey& key,
                                 const SampleReader& read) const {
  BatchWriter writer(indices.size(), draw_batch_size(key), settings_);
  for (const std::int64_t index : indices) {
    const SampleInput input = read(index);
    writer.check(input);
    writer.add(input, augment(input, index, key));
  }
  return writer.take();
}

}  // namespace saker

#include "transforms/train_transform.hpp"

#include <utility>

#include "core/random_stream.hpp"
#include "transforms/batch_resize.hpp"

namespace saker {
namespace {

// Draws of a batch as a whole.
RandomStream batch_stream(const BatchKey& key, std::string_view purpose) {
  return RandomStream({.seed = key.seed,
                       .purpose = purpose,
                       .epoch = static_cast<std::uint64_t>(key.epoch),
                       .index = static_cast<std::uint64_t>(key.batch)});
}

template <typename Group>
bool is_active(const std::optional<Group>& group, std::int64_t step) {
  return group && group->window.contains(step);
}

}  // namespace

TrainTransform::TrainTransform(TransformSettings settings) : settings_(std::move(settings)) {
  if (settings_.scale_jitter)
    jitter_sizes_ = jitter_sizes(*settings_.scale_jitter, *settings_.image_size);
  if (settings_.mosaic) {
    // Twice as many as mosaics draw from, since threads work on several batches at once and the
    // drawn ones are not exactly the latest.
    mosaic_cache_ = std::make_unique<MosaicCache>(
        static_cast<std::size_t>(2 * settings_.mosaic->max_cached_images));
  }
}

Sample TrainTransform::augment(const SampleInput& input,
                               std::int64_t index,
                               const BatchKey& key) const {
  return augment(input.image, input.annotations, false, index, key);
}

Sample TrainTransform::augment(Image pixels,
                               const Annotations& annotations,
                               bool is_mosaic,
                               std::int64_t index,
                               const BatchKey& key) const {
  RandomStream draws({.seed = key.seed,
                      .purpose = "augment",
                      .epoch = static_cast<std::uint64_t>(key.epoch),
                      .index = static_cast<std::uint64_t>(index)});
  const std::int64_t step = key.step;
  if (settings_.channel_drop) channel_drop(*settings_.channel_drop, draws, pixels);
  if (is_active(settings_.photometric_distort, step))
    photometric_distort(*settings_.photometric_distort, draws, pixels);
  const ImageSize size = {pixels.height(), pixels.width()};
  Sample sample{PlacedImage(std::move(pixels)), enter_boxes(annotations, size)};
  const auto filter = [&] {
    filter_boxes(sample.boxes, sample.image.size(), settings_.min_area_px);
  };
  filter();
  if (!is_mosaic && is_active(settings_.random_zoom_out, step)) {
    random_zoom_out(*settings_.random_zoom_out, draws, sample);
    filter();
  }
  if (!is_mosaic && is_active(settings_.random_iou_crop, step)) {
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
  return sample;
}

std::shared_ptr<const MosaicTile> TrainTransform::tile(std::int64_t index,
                                                       const SampleReader& read,
                                                       const BatchWriter& writer) const {
  return mosaic_cache_->get(index, [&] {
    const SampleInput input = read(index);
    writer.check(input);
    return make_mosaic_tile(*settings_.mosaic, input);
  });
}

void TrainTransform::add_mosaic(std::int64_t index,
                                const BatchKey& key,
                                PlannedMosaic planned,
                                const SampleReader& read,
                                BatchWriter& writer) const {
  MosaicTiles tiles = {tile(index, read, writer)};
  for (std::size_t i = 0; i < planned.partners.size(); ++i)
    tiles[i + 1] = tile(planned.partners[i], read, writer);
  const MosaicAffine affine =
      draw_mosaic_affine(*settings_.mosaic, mosaic_canvas(tiles), planned.draws);
  writer.add({tiles[0]->path, tiles[0]->original_size},
             augment(render_mosaic(tiles, affine, settings_.mosaic->fill_value),
                     mosaic_annotations(tiles, affine),
                     true,
                     index,
                     key));
}

void TrainTransform::mix(const BatchKey& key, Batch& batch) const {
  RandomStream draws = batch_stream(key, "mix");
  if (is_active(settings_.mixup, key.step) && batch.count() > 1 &&
      draws.uniform() < settings_.mixup->prob) {
    mixup(batch, draw_own_share(draws));
  } else if (is_active(settings_.copyblend, key.step) &&
             draws.uniform() < settings_.copyblend->prob) {
    copyblend(*settings_.copyblend, draws, batch);
  }
}

std::optional<ImageSize> TrainTransform::draw_batch_size(const BatchKey& key) const {
  const auto& jitter = settings_.scale_jitter;
  if (jitter && (!*jitter->step_stop || key.step < **jitter->step_stop)) {
    RandomStream draws = batch_stream(key, "collate");
    if (draws.uniform() < jitter->prob) {
      return jitter_sizes_[static_cast<std::size_t>(
          draws.uniform_int(0, static_cast<std::int64_t>(jitter_sizes_.size()) - 1))];
    }
  }
  return std::nullopt;
}

Batch TrainTransform::make_batch(std::span<const std::int64_t> indices,
                                 const BatchKey& key,
                                 const SampleReader& read,
                                 const BatchHistory& history) const {
  const std::optional<ImageSize> batch_size = draw_batch_size(key);
  std::optional<ImageSize> sample_size = batch_size;
  if (settings_.resize) sample_size = {*settings_.resize->height, *settings_.resize->width};
  std::vector<std::optional<PlannedMosaic>> mosaics(indices.size());
  if (settings_.mosaic) {
    mosaics = plan_mosaics(*settings_.mosaic, {key, {indices.begin(), indices.end()}}, history);
  }
  BatchWriter writer(indices.size(), sample_size, settings_, pool_);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (mosaics[i]) {
      add_mosaic(indices[i], key, std::move(*mosaics[i]), read, writer);
      continue;
    }
    const SampleInput input = read(indices[i]);
    writer.check(input);
    writer.add(origin_of(input), augment(input, indices[i], key));
  }
  Batch batch = writer.take();
  mix(key, batch);
  if (batch_size) resize_batch(batch, *batch_size);
  finish_boxes(batch, settings_);
  return batch;
}

}  // namespace saker

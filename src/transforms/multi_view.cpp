#include "transforms/multi_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>

#include "saker/error.hpp"
#include "transforms/area_crop.hpp"
#include "transforms/color.hpp"
#include "transforms/mirror.hpp"
#include "transforms/normalize.hpp"
#include "transforms/random_rotate.hpp"

namespace saker {
namespace {

constexpr std::int64_t kGlobalViews = 2;
constexpr std::int64_t kAreaInterpolation = 3;

PhotometricDistortSettings ranges_of(const ViewJitterSettings& jitter) {
  const auto around_one = [&](double width) {
    return std::array<double, 2>{std::max(0.0, 1 - jitter.strength * width),
                                 1 + jitter.strength * width};
  };
  const double turn = jitter.strength * jitter.hue;
  return {.brightness = around_one(jitter.brightness),
          .contrast = around_one(jitter.contrast),
          .saturation = around_one(jitter.saturation),
          .hue = {-turn, turn}};
}

void flip(const RandomFlipSettings& settings, RandomStream& draws, Image& image) {
  if (settings.horizontal_prob > 0 && draws.uniform() < settings.horizontal_prob)
    image = mirrored(image, MirrorAxis::kVertical);
  if (settings.vertical_prob > 0 && draws.uniform() < settings.vertical_prob)
    image = mirrored(image, MirrorAxis::kHorizontal);
}

}  // namespace

Image make_view(const ViewSettings& settings, const Image& source, RandomStream& draws) {
  Image image = source;
  if (settings.channel_drop) channel_drop(*settings.channel_drop, draws, image);
  const CropBox crop = settings.random_resize
                           ? draw_area_crop(*settings.random_resize,
                                            {image.height(), image.width()},
                                            [&] { return draws.uniform(); })
                           : CropBox{.width = image.width(), .height = image.height()};
  image = crop_and_resize(image, crop, settings.size);
  if (settings.random_flip) flip(*settings.random_flip, draws, image);
  if (const auto& turn = settings.random_rotation; turn && draws.uniform() < turn->prob) {
    image = rotate_image(image,
                         draws.uniform(-turn->degrees, turn->degrees),
                         kAreaInterpolation,
                         RotationBorder::kMirrored);
  }
  if (const auto& jitter = settings.color_jitter; jitter && draws.uniform() < jitter->prob)
    apply_color_jitter(draw_color_jitter(ranges_of(*jitter), draws), image);
  if (settings.random_gray_scale > 0 && draws.uniform() < settings.random_gray_scale)
    make_gray(image);
  if (settings.gaussian_blur) random_gaussian_blur(*settings.gaussian_blur, draws, image);
  if (settings.solarize) random_solarize(*settings.solarize, draws, image);
  return image;
}

MultiViewTransform::MultiViewTransform(const MultiViewSettings& settings)
    : channels_(settings.channels()),
      image_channels_(
          settings.shared.channel_drop
              ? static_cast<std::int64_t>(settings.shared.channel_drop->weight_drop.size())
              : channels_) {
  for (std::int64_t i = 0; i < kGlobalViews; ++i) views_.push_back(settings.global_view(i));
  for (std::int64_t i = 0; i < settings.local_views(); ++i)
    views_.push_back(*settings.local_view());
}

void MultiViewTransform::check(const UnlabelledInput& input) const {
  if (input.image.channels() == image_channels_) return;
  throw Error(ErrorKind::kData,
              fmt::format("{}: has {} channels, but transform_args ask for {}",
                          input.path,
                          input.image.channels(),
                          image_channels_));
}

ViewBatch MultiViewTransform::make_batch(
    std::span<const std::int64_t> indices,
    const BatchKey& key,
    const std::function<UnlabelledInput(std::int64_t index)>& read) const {
  const std::size_t images = indices.size(), local_views = views_.size() - kGlobalViews;
  ViewBatch batch;
  batch.channels = channels_;
  batch.global_size = views_.front().size;
  batch.local_size = views_.back().size;
  batch.local_views = static_cast<std::int64_t>(local_views);
  const auto values_of = [&](const ImageSize& size) {
    return static_cast<std::size_t>(channels_ * size.height * size.width);
  };
  const std::size_t global_values = values_of(batch.global_size),
                    local_values = values_of(batch.local_size);
  batch.global = PooledFloats(pool_, kGlobalViews * images * global_values);
  if (local_views > 0) batch.local = PooledFloats(pool_, local_views * images * local_values);
  for (std::size_t i = 0; i < images; ++i) {
    const UnlabelledInput input = read(indices[i]);
    check(input);
    RandomStream draws({.seed = key.seed,
                        .purpose = "views",
                        .epoch = static_cast<std::uint64_t>(key.epoch),
                        .index = static_cast<std::uint64_t>(indices[i])});
    for (std::size_t v = 0; v < views_.size(); ++v) {
      const bool is_global = v < kGlobalViews;
      float* const all = is_global ? batch.global.data() : batch.local.data();
      const std::size_t values = is_global ? global_values : local_values;
      const std::size_t row = (is_global ? v : v - kGlobalViews) * images + i;
      normalize_to_chw(make_view(views_[v], input.image, draws),
                       views_[v].normalize,
                       {all + row * values, values});
    }
    batch.paths.push_back(input.path);
  }
  return batch;
}

}  // namespace saker

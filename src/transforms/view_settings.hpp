// transform_args of self-supervised pretraining: how the views of an image are made.
#pragma once

#include <cstdint>
#include <optional>

#include "core/settings_reader.hpp"
#include "saker/value.hpp"
#include "transforms/area_crop.hpp"
#include "transforms/batch.hpp"
#include "transforms/channel_drop.hpp"
#include "transforms/gaussian_blur.hpp"
#include "transforms/photometric_distort.hpp"
#include "transforms/random_flip.hpp"
#include "transforms/solarize.hpp"

namespace saker {

struct ViewJitterSettings {
  double prob = 0.8;
  double strength = 0.5;                                      // times each of:
  double brightness = 0.8, contrast = 0.8, saturation = 0.4;  // factors within 1 -+
  double hue = 0.2;                                           // full circles within -+
};

struct ViewRotationSettings {
  double prob = 0.5;
  double degrees = 0;  // within -+
};

// What happens to one view. Empty: not at all.
struct ViewSettings {
  ImageSize size{224, 224};
  std::optional<ChannelDropSettings> channel_drop;
  std::optional<AreaCropSettings> random_resize = AreaCropSettings{};  // empty: the whole image
  std::optional<RandomFlipSettings> random_flip = RandomFlipSettings{};
  std::optional<ViewRotationSettings> random_rotation;
  std::optional<ViewJitterSettings> color_jitter = ViewJitterSettings{};
  double random_gray_scale = 0.2;  // probability
  Normalization normalize;
  std::optional<GaussianBlurSettings> gaussian_blur = GaussianBlurSettings{};
  std::optional<SolarizeSettings> solarize;
};

struct LocalViewSettings {
  std::int64_t num_views = 8;
  ImageSize view_size{98, 98};
  std::optional<AreaCropSettings> random_resize =
      AreaCropSettings{.min_scale = 0.05, .max_scale = 0.32};
  std::optional<GaussianBlurSettings> gaussian_blur = GaussianBlurSettings{.prob = 0.5};
};

struct MultiViewSettings {
  ViewSettings shared;                       // of all views, and the first global one
  std::optional<std::int64_t> num_channels;  // empty: those of channel_drop or normalize
  // Of the second global view.
  std::optional<GaussianBlurSettings> second_blur = GaussianBlurSettings{.prob = 0.1};
  std::optional<SolarizeSettings> second_solarize = SolarizeSettings{};
  std::optional<LocalViewSettings> local = LocalViewSettings{};

  // Reads transform_args strictly. What is wrong is added to problems, contradictions included.
  static MultiViewSettings read(const Value& transform_args, SettingsProblems& problems);
  // As transform_args has them, with every default.
  Value to_value() const;

  // Of the images that the network sees.
  std::int64_t channels() const;
  // The views of an image in their order: two global ones, then the local ones. With other than 3
  // channels what is about colour is off, and mean and std are repeated.
  ViewSettings global_view(std::int64_t index) const;
  std::optional<ViewSettings> local_view() const;
  std::int64_t local_views() const { return local ? local->num_views : 0; }
};

}  // namespace saker

// The transform_args of a training run, as plain structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings_reader.hpp"
#include "saker/value.hpp"
#include "transforms/batch.hpp"
#include "transforms/channel_drop.hpp"
#include "transforms/copyblend.hpp"
#include "transforms/mixup.hpp"
#include "transforms/mosaic.hpp"
#include "transforms/photometric_distort.hpp"
#include "transforms/random_flip.hpp"
#include "transforms/random_iou_crop.hpp"
#include "transforms/random_rotate.hpp"
#include "transforms/random_rotate_90.hpp"
#include "transforms/random_zoom_out.hpp"
#include "transforms/scale_jitter.hpp"
#include "transforms/step_window.hpp"

namespace saker {

// Every image to one size before it enters the batch; the aspect ratio is not kept. Auto: the image
// size.
struct ResizeSettings {
  OrAuto<std::int64_t> height = {}, width = {};
};

// Of one pipeline: training's or validation's. An empty optional is an augmentation that is off; an
// empty OrAuto is "auto".
struct TransformSettings {
  std::optional<MosaicSettings> mosaic;
  std::optional<ChannelDropSettings> channel_drop;
  std::optional<PhotometricDistortSettings> photometric_distort;
  std::optional<RandomZoomOutSettings> random_zoom_out;
  std::optional<RandomIouCropSettings> random_iou_crop;
  std::optional<RandomFlipSettings> random_flip;
  std::optional<RandomRotate90Settings> random_rotate_90;
  std::optional<RandomRotateSettings> random_rotate;
  OrAuto<ImageSize> image_size;
  std::optional<ResizeSettings> resize;
  std::optional<MixupSettings> mixup;
  std::optional<CopyblendSettings> copyblend;
  std::optional<ScaleJitterSettings> scale_jitter;
  OrAuto<std::optional<Normalization>> normalize;
  OrAuto<std::int64_t> num_channels;
  // Boxes narrower or lower than this in the batch's images are left out; 0 keeps all.
  double min_bbox_size_px = 0;
  // Area that must remain of a box after each transform. Not a setting of config files.
  double min_area_px = 0;
};

// Overlays what `value` (a map or null) says on `settings`: a given group keeps the fields that it
// does not name, null turns it off. Keys listed in `only_null` exist but accept nothing else;
// `owner` names who does not offer them ("PicoDet"). Reports wrong types, ranges and unknown keys
// with their dotted path.
void read_transform_settings(SettingsReader& reader,
                             const std::vector<std::string>& only_null,
                             std::string_view owner,
                             TransformSettings& settings);

// The settings as a tree that reads back to the same settings.
Value to_value(const TransformSettings& settings);

}  // namespace saker

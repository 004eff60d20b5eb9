#include "transforms/augmentation_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace saker {
namespace {

constexpr double kLargestFactor = 1e4;  // keeps canvases countable in 32 bits
constexpr double kLargestTile = 16384;  // side of an image in a mosaic, pixels

template <typename T>
void read_required(SettingsReader& reader,
                   const SettingKey& key,
                   T& target,
                   const NumberRule& rule) {
  if (!reader.read(key, target, rule) && !reader.has(key.name))
    reader.problems().missing_key(reader.path_of(key));
}

void read_prob(SettingsReader& reader, std::string_view meaning, double& target) {
  reader.read({"prob", meaning}, target, between(0, 1));
}

void read_range(SettingsReader& reader,
                const SettingKey& key,
                std::array<double, 2>& target,
                const NumberRule& rule) {
  if (!reader.read(key, target, rule) || target[0] <= target[1]) return;
  reader.problems().bad_value(
      reader.path_of(key),
      fmt::format(
          "the first number must not exceed the second, but got [{}, {}]", target[0], target[1]));
}

constexpr SettingKey kStepStop{
    "step_stop",
    "optimizer step before which it is off again; null: never; auto: by the run's phases"};

void read_window(SettingsReader& reader, StepWindow& window) {
  reader.read_or_auto(
      {"step_start", "optimizer step at which it begins; auto: by the run's phases"},
      window.start,
      at_least(0));
  reader.read_or_auto(kStepStop, window.stop, more_than(0));
  if (window.start && window.stop && *window.stop && **window.stop <= *window.start) {
    reader.problems().bad_value(
        reader.path_of("step_stop"),
        fmt::format("must be more than step_start ({}) but got {}", *window.start, **window.stop));
  }
}

Value size_value(const ImageSize& size) { return Value::Array{size.height, size.width}; }

// False after a problem.
bool read_sizes(SettingsReader& reader, std::optional<std::vector<ImageSize>>& target) {
  Value::Array current;
  for (const ImageSize& size : target.value_or(std::vector<ImageSize>()))
    current.push_back(size_value(size));
  const Value* value =
      reader.find({"sizes",
                   "[height, width] of which one is drawn for each batch; repeated ones are "
                   "drawn more often"},
                  {"list of two integers or null",
                   target ? Value(current) : Value(),
                   between(1, kLargestSide).words()});
  if (value == nullptr) return true;
  if (value->is_null()) {
    target.reset();
    return true;
  }
  const std::string path = reader.path_of("sizes");
  if (!value->is_array() || value->as_array().empty()) {
    reader.problems().wrong_type(path, "a list of [height, width]", *value);
    return false;
  }
  std::vector<ImageSize> sizes;
  for (const Value& size : value->as_array()) {
    const auto fits = [](const Value& side) {
      return side.is_int() && side.as_int() >= 1 &&
             static_cast<double>(side.as_int()) <= kLargestSide;
    };
    if (!size.is_array() || size.as_array().size() != 2 ||
        !std::ranges::all_of(size.as_array(), fits)) {
      reader.problems().wrong_type(
          fmt::format("{}[{}]", path, sizes.size()), "[height, width] in pixels", size);
      return false;
    }
    sizes.push_back({size.as_array()[0].as_int(), size.as_array()[1].as_int()});
  }
  target = std::move(sizes);
  return true;
}

}  // namespace

void read_photometric_distort(SettingsReader& reader, PhotometricDistortSettings& settings) {
  read_prob(
      reader, "of the whole, and again of each part: colours, order of channels", settings.prob);
  read_range(reader,
             {"brightness", "lowest and highest factor"},
             settings.brightness,
             between(0, kLargestFactor));
  read_range(reader,
             {"contrast", "lowest and highest factor"},
             settings.contrast,
             between(0, kLargestFactor));
  read_range(reader,
             {"saturation", "lowest and highest factor"},
             settings.saturation,
             between(0, kLargestFactor));
  read_range(
      reader, {"hue", "lowest and highest shift, full circles"}, settings.hue, between(-0.5, 0.5));
  read_window(reader, settings.window);
}

void read_random_zoom_out(SettingsReader& reader, RandomZoomOutSettings& settings) {
  read_prob(reader, "of an image", settings.prob);
  reader.read(
      {"fill", "value around the image, before normalization"}, settings.fill, between(0, 255));
  read_range(reader,
             {"side_range", "sides of the canvas as a multiple of the image's"},
             settings.side_range,
             between(1, kLargestFactor));
  read_window(reader, settings.window);
}

void read_random_iou_crop(SettingsReader& reader, RandomIouCropSettings& settings) {
  read_prob(reader, "of an image, drawn twice", settings.prob);
  reader.read({"min_scale", "smallest side of a crop, as a part of the image's"},
              settings.min_scale,
              between(0, 1));
  reader.read({"max_scale", "largest side of a crop, as a part of the image's"},
              settings.max_scale,
              between(0, 1));
  reader.read({"min_aspect_ratio", "smallest width / height of a crop"},
              settings.min_aspect_ratio,
              between(0, kLargestFactor));
  reader.read({"max_aspect_ratio", "largest width / height of a crop"},
              settings.max_aspect_ratio,
              between(0, kLargestFactor));
  std::optional<std::vector<double>> options = settings.sampler_options;
  if (reader.read({"sampler_options",
                   "overlaps with the crop, one of which is drawn for the best object; 1 or more "
                   "keeps the whole image; null: the default list"},
                  options,
                  at_least(0))) {
    settings.sampler_options = options.value_or(RandomIouCropSettings{}.sampler_options);
    if (settings.sampler_options.empty())
      reader.problems().bad_value(reader.path_of("sampler_options"),
                                  "must not be empty; null stands for the default list");
  }
  reader.read({"crop_trials", "crops tried for one overlap"}, settings.crop_trials, at_least(1));
  reader.read({"iou_trials", "overlaps tried"}, settings.iou_trials, at_least(1));
  read_window(reader, settings.window);
  for (const auto& [low, high, name] :
       {std::tuple{settings.min_scale, settings.max_scale, "max_scale"},
        std::tuple{settings.min_aspect_ratio, settings.max_aspect_ratio, "max_aspect_ratio"}}) {
    if (low > high)
      reader.problems().bad_value(
          reader.path_of(name),
          fmt::format("must be at least its minimum ({}) but got {}", low, high));
  }
}

void read_mosaic(SettingsReader& reader, MosaicSettings& settings) {
  read_prob(reader, "of a sample", settings.prob);
  reader.read({"output_size", "shorter side of each of the four images, pixels"},
              settings.output_size,
              between(1, kLargestTile));
  reader.read({"max_size", "most pixels of the longer side; null: no limit"},
              settings.max_size,
              between(1, kLargestTile));
  reader.read({"rotation_range", "largest turn of the canvas to either side, degrees"},
              settings.rotation_range,
              between(0, 360));
  reader.read(
      {"translation_range", "largest shift to either side along x and y, parts of the canvas"},
      settings.translation_range,
      between(0, 10));
  read_range(reader,
             {"scaling_range", "smallest and largest scale of the canvas"},
             settings.scaling_range,
             between(0.001, 1000));
  reader.read({"fill_value", "value outside of the turned canvas, before normalization"},
              settings.fill_value,
              between(0, 255));
  reader.read({"max_cached_images", "about how many earlier images the others are drawn from"},
              settings.max_cached_images,
              between(1, 10000));
  reader.read({"random_pop", "images leave that choice after a random time, not the oldest first"},
              settings.random_pop);
  read_window(reader, settings.window);
}

void read_mixup(SettingsReader& reader, MixupSettings& settings) {
  read_prob(reader, "of a batch", settings.prob);
  read_window(reader, settings.window);
}

void read_copyblend(SettingsReader& reader, CopyblendSettings& settings) {
  read_prob(reader, "of a batch that mixup left alone", settings.prob);
  reader.read({"area_threshold", "smallest object that is copied, square pixels"},
              settings.area_threshold,
              at_least(0));
  reader.read({"num_objects", "objects copied into each image"}, settings.num_objects, at_least(1));
  read_range(reader,
             {"expand_ratios", "how much around an object is copied too, parts of its sides"},
             settings.expand_ratios,
             between(0, kLargestFactor));
  read_window(reader, settings.window);
}

void read_channel_drop(SettingsReader& reader, ChannelDropSettings& settings) {
  read_required(reader,
                {"num_channels_keep", "channels that are left"},
                settings.num_channels_keep,
                at_least(1));
  read_required(reader,
                {"weight_drop", "how likely each channel is dropped; 0: never"},
                settings.weight_drop,
                at_least(0));
  const std::int64_t keep = settings.num_channels_keep;
  const auto channels = static_cast<std::int64_t>(settings.weight_drop.size());
  const auto always_kept = std::ranges::count(settings.weight_drop, 0.0);
  if (keep < 1 || channels == 0) return;
  if (keep > channels) {
    reader.problems().bad_value(
        reader.path_of("num_channels_keep"),
        fmt::format("must be at most the number of weights ({}) but got {}", channels, keep));
  } else if (always_kept > keep) {
    reader.problems().bad_value(
        reader.path_of("weight_drop"),
        fmt::format("must have at most num_channels_keep ({}) zeros, since a channel of weight 0 "
                    "is always kept, but has {}",
                    keep,
                    always_kept));
  }
}

void read_random_flip(SettingsReader& reader, RandomFlipSettings& settings) {
  reader.read({"horizontal_prob", "of left and right changing sides"},
              settings.horizontal_prob,
              between(0, 1));
  reader.read(
      {"vertical_prob", "of top and bottom changing sides"}, settings.vertical_prob, between(0, 1));
}

void read_random_rotate_90(SettingsReader& reader, RandomRotate90Settings& settings) {
  read_required(
      reader, {"prob", "of an image; no turn is one of the four"}, settings.prob, between(0, 1));
}

void read_random_rotate(SettingsReader& reader, RandomRotateSettings& settings) {
  read_required(reader, {"prob", "of an image"}, settings.prob, between(0, 1));
  const SettingKey key{"degrees", "largest angle to either side, or lowest and highest"};
  const Value* degrees =
      reader.find(key, {"number or two numbers", {}, between(-360, 360).words()});
  if (degrees == nullptr) {
    reader.problems().missing_key(reader.path_of(key));
  } else if (degrees->is_array()) {
    read_range(reader, key, settings.degrees, between(-360, 360));
  } else if (double largest = 0; reader.read(key, largest, between(0, 360))) {
    settings.degrees = {-largest, largest};
  }
  reader.read({"interpolation", "0 nearest, 1 linear, 2 cubic, 3 area (linear here), 4 Lanczos"},
              settings.interpolation,
              between(0, 4));
}

void read_scale_jitter(SettingsReader& reader, ScaleJitterSettings& settings) {
  const bool sizes_are_good = read_sizes(reader, settings.sizes);
  if (reader.has("sizes")) settings.sizes_for.reset();
  reader.read({"min_scale", "smallest size, parts of image_size; in place of sizes"},
              settings.min_scale,
              between(0.01, 100));
  reader.read({"max_scale", "largest size, parts of image_size; in place of sizes"},
              settings.max_scale,
              between(0.01, 100));
  reader.read({"num_scales", "how many sizes between the two; in place of sizes"},
              settings.num_scales,
              between(1, 10000));
  read_prob(reader, "of a batch; the others keep image_size", settings.prob);
  reader.read_or_auto(
      {"divisible_by",
       "sides are rounded to multiples of it, pixels; null: not; auto: the network's"},
      settings.divisible_by,
      between(1, kLargestSide));
  reader.read_or_auto(kStepStop, settings.step_stop, more_than(0));
  if (!sizes_are_good) return;
  if (!reader.has("sizes") && !reader.has("min_scale") && !reader.has("max_scale") &&
      !reader.has("num_scales"))
    return;
  const int range_fields = static_cast<int>(settings.min_scale.has_value()) +
                           static_cast<int>(settings.max_scale.has_value()) +
                           static_cast<int>(settings.num_scales.has_value());
  if (settings.sizes ? range_fields != 0 : range_fields != 3) {
    reader.problems().bad_value(
        reader.path_of("sizes"),
        "give either sizes, or null for it and all of min_scale, max_scale and num_scales");
  } else if (!settings.sizes && *settings.min_scale > *settings.max_scale) {
    reader.problems().bad_value(reader.path_of("max_scale"),
                                fmt::format("must be at least min_scale ({}) but got {}",
                                            *settings.min_scale,
                                            *settings.max_scale));
  }
}

void read_normalization(SettingsReader& reader, Normalization& settings) {
  reader.read({"mean", "of each channel, of values in [0, 1]"}, settings.mean);
  reader.read({"std", "standard deviation of each channel"}, settings.std, more_than(0));
  if (settings.mean.size() != settings.std.size() || settings.mean.empty()) {
    reader.problems().bad_value(reader.path_of("std"),
                                fmt::format("must have as many numbers as mean, but got {} and {}",
                                            settings.std.size(),
                                            settings.mean.size()));
  }
}

}  // namespace saker

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

#include "transforms/transform_settings.hpp"

namespace saker {
namespace {

constexpr double kLargestFactor = 1e4;  // keeps canvases countable in 32 bits
constexpr double kLargestSide = 65535;  // of a batch, pixels
constexpr double kLargestTile = 16384;  // side of an image in a mosaic, pixels

bool is_auto(const Value& value) { return value.is_string() && value.as_string() == "auto"; }

template <typename T, typename... Rule>
void read_or_auto(SettingsReader& reader,
                  std::string_view key,
                  OrAuto<T>& target,
                  const Rule&... rule) {
  const Value* value = reader.find(key);
  if (value == nullptr) return;
  if (is_auto(*value)) {
    target.reset();
    return;
  }
  T number{};
  if (reader.read(key, number, rule...)) target = std::move(number);
}

// A group of settings: absent leaves it, null turns it off, a map overlays it (or the group's own
// defaults when it was off).
template <typename Group, typename Read>
void read_group(SettingsReader& reader,
                std::string_view key,
                std::optional<Group>& target,
                Read read) {
  const Value* value = reader.find(key);
  if (value == nullptr) return;
  if (value->is_null()) {
    target.reset();
    return;
  }
  Group group = target.value_or(Group{});
  SettingsReader inner(*value, reader.path_of(key), reader.problems());
  read(inner, group);
  inner.finish();
  target = std::move(group);
}

template <typename T>
void read_required(SettingsReader& reader,
                   std::string_view key,
                   T& target,
                   const NumberRule& rule) {
  if (reader.find(key) == nullptr) {
    reader.problems().missing_key(reader.path_of(key));
  } else {
    reader.read(key, target, rule);
  }
}

void read_range(SettingsReader& reader,
                std::string_view key,
                std::array<double, 2>& target,
                const NumberRule& rule) {
  if (!reader.read(key, target, rule) || target[0] <= target[1]) return;
  reader.problems().bad_value(
      reader.path_of(key),
      fmt::format(
          "the first number must not exceed the second, but got [{}, {}]", target[0], target[1]));
}

void read_window(SettingsReader& reader, StepWindow& window) {
  read_or_auto(reader, "step_start", window.start, at_least(0));
  read_or_auto(reader, "step_stop", window.stop, more_than(0));
  if (window.start && window.stop && *window.stop && **window.stop <= *window.start) {
    reader.problems().bad_value(
        reader.path_of("step_stop"),
        fmt::format("must be more than step_start ({}) but got {}", *window.start, **window.stop));
  }
}

void read_photometric_distort(SettingsReader& reader, PhotometricDistortSettings& settings) {
  reader.read("prob", settings.prob, between(0, 1));
  read_range(reader, "brightness", settings.brightness, between(0, kLargestFactor));
  read_range(reader, "contrast", settings.contrast, between(0, kLargestFactor));
  read_range(reader, "saturation", settings.saturation, between(0, kLargestFactor));
  read_range(reader, "hue", settings.hue, between(-0.5, 0.5));
  read_window(reader, settings.window);
}

void read_random_zoom_out(SettingsReader& reader, RandomZoomOutSettings& settings) {
  reader.read("prob", settings.prob, between(0, 1));
  reader.read("fill", settings.fill, between(0, 255));
  read_range(reader, "side_range", settings.side_range, between(1, kLargestFactor));
  read_window(reader, settings.window);
}

void read_random_iou_crop(SettingsReader& reader, RandomIouCropSettings& settings) {
  reader.read("prob", settings.prob, between(0, 1));
  reader.read("min_scale", settings.min_scale, between(0, 1));
  reader.read("max_scale", settings.max_scale, between(0, 1));
  reader.read("min_aspect_ratio", settings.min_aspect_ratio, between(0, kLargestFactor));
  reader.read("max_aspect_ratio", settings.max_aspect_ratio, between(0, kLargestFactor));
  std::optional<std::vector<double>> options = settings.sampler_options;
  if (reader.read("sampler_options", options, at_least(0))) {
    settings.sampler_options = options.value_or(RandomIouCropSettings{}.sampler_options);
    if (settings.sampler_options.empty())
      reader.problems().bad_value(reader.path_of("sampler_options"),
                                  "must not be empty; null stands for the default list");
  }
  reader.read("crop_trials", settings.crop_trials, at_least(1));
  reader.read("iou_trials", settings.iou_trials, at_least(1));
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
  reader.read("prob", settings.prob, between(0, 1));
  reader.read("output_size", settings.output_size, between(1, kLargestTile));
  reader.read("max_size", settings.max_size, between(1, kLargestTile));
  reader.read("rotation_range", settings.rotation_range, between(0, 360));
  reader.read("translation_range", settings.translation_range, between(0, 10));
  read_range(reader, "scaling_range", settings.scaling_range, between(0.001, 1000));
  reader.read("fill_value", settings.fill_value, between(0, 255));
  reader.read("max_cached_images", settings.max_cached_images, between(1, 10000));
  reader.read("random_pop", settings.random_pop);
  read_window(reader, settings.window);
}

void read_mixup(SettingsReader& reader, MixupSettings& settings) {
  reader.read("prob", settings.prob, between(0, 1));
  read_window(reader, settings.window);
}

void read_copyblend(SettingsReader& reader, CopyblendSettings& settings) {
  reader.read("prob", settings.prob, between(0, 1));
  reader.read("area_threshold", settings.area_threshold, at_least(0));
  reader.read("num_objects", settings.num_objects, at_least(1));
  read_range(reader, "expand_ratios", settings.expand_ratios, between(0, kLargestFactor));
  read_window(reader, settings.window);
}

void read_channel_drop(SettingsReader& reader, ChannelDropSettings& settings) {
  read_required(reader, "num_channels_keep", settings.num_channels_keep, at_least(1));
  read_required(reader, "weight_drop", settings.weight_drop, at_least(0));
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
  reader.read("horizontal_prob", settings.horizontal_prob, between(0, 1));
  reader.read("vertical_prob", settings.vertical_prob, between(0, 1));
}

void read_random_rotate(SettingsReader& reader, RandomRotateSettings& settings) {
  read_required(reader, "prob", settings.prob, between(0, 1));
  const Value* degrees = reader.find("degrees");
  if (degrees == nullptr) {
    reader.problems().missing_key(reader.path_of("degrees"));
  } else if (degrees->is_array()) {
    read_range(reader, "degrees", settings.degrees, between(-360, 360));
  } else if (double largest = 0; reader.read("degrees", largest, between(0, 360))) {
    settings.degrees = {-largest, largest};
  }
  reader.read("interpolation", settings.interpolation, between(0, 4));
}

void read_size(SettingsReader& reader, std::string_view key, OrAuto<ImageSize>& target) {
  OrAuto<std::array<std::int64_t, 2>> sides;
  if (target) sides = {target->height, target->width};
  read_or_auto(reader, key, sides, between(1, kLargestSide));
  target = sides ? OrAuto<ImageSize>({(*sides)[0], (*sides)[1]}) : std::nullopt;
}

// False after a problem.
bool read_sizes(SettingsReader& reader, std::optional<std::vector<ImageSize>>& target) {
  const Value* value = reader.find("sizes");
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

void read_scale_jitter(SettingsReader& reader, ScaleJitterSettings& settings) {
  const bool sizes_are_good = read_sizes(reader, settings.sizes);
  if (reader.find("sizes") != nullptr) settings.sizes_for.reset();
  reader.read("min_scale", settings.min_scale, between(0.01, 100));
  reader.read("max_scale", settings.max_scale, between(0.01, 100));
  reader.read("num_scales", settings.num_scales, between(1, 10000));
  reader.read("prob", settings.prob, between(0, 1));
  read_or_auto(reader, "divisible_by", settings.divisible_by, between(1, kLargestSide));
  read_or_auto(reader, "step_stop", settings.step_stop, more_than(0));
  const auto named = [&](std::string_view key) { return reader.find(key) != nullptr; };
  if (!sizes_are_good) return;
  if (!named("sizes") && !named("min_scale") && !named("max_scale") && !named("num_scales")) return;
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

void read_normalize(SettingsReader& reader, OrAuto<std::optional<Normalization>>& target) {
  const Value* value = reader.find("normalize");
  if (value == nullptr) return;
  if (is_auto(*value)) {
    target.reset();
    return;
  }
  std::optional<Normalization> normalization = target.value_or(Normalization{});
  read_group(reader, "normalize", normalization, [](SettingsReader& inner, Normalization& group) {
    inner.read("mean", group.mean);
    inner.read("std", group.std, more_than(0));
    if (group.mean.size() != group.std.size() || group.mean.empty()) {
      inner.problems().bad_value(inner.path_of("std"),
                                 fmt::format("must have as many numbers as mean, but got {} and {}",
                                             group.std.size(),
                                             group.mean.size()));
    }
  });
  target = std::move(normalization);
}

}  // namespace

void read_transform_settings(SettingsReader& reader,
                             const std::vector<std::string>& only_null,
                             std::string_view owner,
                             TransformSettings& settings) {
  for (const std::string& key : only_null) {
    const Value* value = reader.find(key);
    if (value == nullptr || value->is_null()) continue;
    reader.problems().bad_value(
        reader.path_of(key),
        fmt::format(
            "{} does not offer {} in this version; leave it out or set it to null", owner, key));
  }
  const auto offered = [&](std::string_view key) {
    return std::ranges::find(only_null, key) == only_null.end();
  };
  if (offered("channel_drop"))
    read_group(reader, "channel_drop", settings.channel_drop, read_channel_drop);
  if (offered("mosaic")) read_group(reader, "mosaic", settings.mosaic, read_mosaic);
  if (offered("mixup")) read_group(reader, "mixup", settings.mixup, read_mixup);
  if (offered("copyblend")) read_group(reader, "copyblend", settings.copyblend, read_copyblend);
  if (offered("photometric_distort"))
    read_group(
        reader, "photometric_distort", settings.photometric_distort, read_photometric_distort);
  if (offered("random_zoom_out"))
    read_group(reader, "random_zoom_out", settings.random_zoom_out, read_random_zoom_out);
  if (offered("random_iou_crop"))
    read_group(reader, "random_iou_crop", settings.random_iou_crop, read_random_iou_crop);
  if (offered("random_flip"))
    read_group(reader, "random_flip", settings.random_flip, read_random_flip);
  if (offered("random_rotate_90")) {
    read_group(reader,
               "random_rotate_90",
               settings.random_rotate_90,
               [](SettingsReader& inner, RandomRotate90Settings& group) {
                 read_required(inner, "prob", group.prob, between(0, 1));
               });
  }
  if (offered("random_rotate"))
    read_group(reader, "random_rotate", settings.random_rotate, read_random_rotate);
  if (offered("scale_jitter"))
    read_group(reader, "scale_jitter", settings.scale_jitter, read_scale_jitter);
  read_group(reader, "resize", settings.resize, [](SettingsReader& inner, ResizeSettings& group) {
    read_or_auto(inner, "height", group.height, between(1, kLargestSide));
    read_or_auto(inner, "width", group.width, between(1, kLargestSide));
  });
  read_size(reader, "image_size", settings.image_size);
  read_normalize(reader, settings.normalize);
  read_or_auto(reader, "num_channels", settings.num_channels, at_least(1));
  reader.read("min_bbox_size_px", settings.min_bbox_size_px, between(0, kLargestSide));
}

}  // namespace saker

#include "transforms/resolve_transforms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/settings_reader.hpp"

namespace saker {
namespace {

constexpr const char* kPath = "transform_args";
constexpr const char* kValidationPath = "transform_args.val";

template <typename Group>
void resolve_window(std::optional<Group>& group,
                    const char* name,
                    const StepWindow& automatic,
                    std::vector<std::string>& warnings) {
  if (!group) return;
  StepWindow& window = group->window;
  if (!window.start) window.start = automatic.start;
  if (!window.stop) window.stop = automatic.stop;
  if (!*window.stop || *window.start < **window.stop) return;
  warnings.push_back(
      fmt::format("{}.{} is off: the run is too short for its window of steps [{}, {})",
                  kPath,
                  name,
                  *window.start,
                  **window.stop));
  group.reset();
}

std::string to_text(const std::vector<ImageSize>& sizes) {
  std::string text;
  for (const ImageSize& size : sizes)
    text += fmt::format("{}{}x{}", text.empty() ? "" : ", ", size.height, size.width);
  return text;
}

// Square sizes would distort a model of another shape, so each side has its own offset; none falls
// below one divisor.
std::vector<ImageSize> sizes_around(const ImageSize& image_size,
                                    const std::vector<std::int64_t>& offsets,
                                    std::int64_t least) {
  std::vector<ImageSize> sizes;
  for (const std::int64_t offset : offsets) {
    sizes.push_back(
        {std::max(least, image_size.height + offset), std::max(least, image_size.width + offset)});
  }
  return sizes;
}

bool is_input_size(const TransformFamily& family, const ImageSize& size) {
  return size.height % family.size_multiple == 0 && size.width % family.size_multiple == 0 &&
         size.height * size.width >= family.least_pixels;
}

void require_input_size(const TransformFamily& family,
                        const ImageSize& size,
                        const std::string& key,
                        SettingsProblems& problems) {
  if (is_input_size(family, size)) return;
  problems.bad_value(
      key,
      fmt::format("{} needs sides that are multiples of {} and at least {} pixels in all, but got "
                  "{}x{} (height x width)",
                  family.name,
                  family.size_multiple,
                  family.least_pixels,
                  size.height,
                  size.width));
}

ImageSize round_up(const ImageSize& size, std::int64_t multiple) {
  const auto round = [multiple](std::int64_t side) {
    return (side + multiple - 1) / multiple * multiple;
  };
  return {round(size.height), round(size.width)};
}

// The family's list at the run's image size. What would be too small for the network is left out;
// the image size itself is not.
void follow_image_size(const TransformFamily& family,
                       const ImageSize& image_size,
                       ScaleJitterSettings& jitter) {
  if (!jitter.sizes || !jitter.sizes_for) return;
  if (*jitter.sizes_for != image_size) {
    *jitter.sizes =
        scaled_sizes(std::move(*jitter.sizes), *jitter.sizes_for, image_size, family.size_multiple);
    std::erase_if(*jitter.sizes, [&](const ImageSize& size) {
      return size.height * size.width < family.least_pixels;
    });
    if (jitter.sizes->empty()) jitter.sizes->push_back(image_size);
  }
  jitter.sizes_for.reset();
}

void resolve_scale_jitter(const TransformFamily& family,
                          const StepPhases& phases,
                          TransformSettings& settings,
                          std::vector<std::string>& warnings) {
  if (!settings.scale_jitter) return;
  ScaleJitterSettings& jitter = *settings.scale_jitter;
  if (!jitter.divisible_by) jitter.divisible_by = family.jitter_divisor;
  if (!jitter.step_stop) jitter.step_stop = phases.stop;
  if (*jitter.step_stop && **jitter.step_stop <= 0) {
    warnings.push_back(
        fmt::format("{}.scale_jitter is off: the run is too short for its window of steps", kPath));
    settings.scale_jitter.reset();
    return;
  }
  follow_image_size(family, *settings.image_size, jitter);
  if (!family.jitter_offsets.empty()) {
    const auto least = jitter.divisible_by->value_or(1);
    std::vector<ImageSize> sizes = sizes_around(*settings.image_size, family.jitter_offsets, least);
    if (jitter.sizes != sizes && (jitter.sizes || jitter.min_scale)) {
      warnings.push_back(
          fmt::format("{}.scale_jitter: {} derives its sizes from image_size; using {}",
                      kPath,
                      family.name,
                      to_text(sizes)));
    }
    jitter.sizes = std::move(sizes);
    jitter.min_scale.reset();
    jitter.max_scale.reset();
    jitter.num_scales.reset();
  } else if (const auto sizes = jitter_sizes(jitter, *settings.image_size);
             std::ranges::find(sizes, *settings.image_size) == sizes.end()) {
    warnings.push_back(
        fmt::format("{}.scale_jitter: none of its sizes ({}) is the image size {}x{}",
                    kPath,
                    to_text(sizes),
                    settings.image_size->height,
                    settings.image_size->width));
  }
}

void resolve(const TransformFamily& family,
             const TransformContext& context,
             TransformSettings& settings,
             SettingsProblems& problems,
             const char* path,
             std::vector<std::string>& warnings) {
  if (!settings.image_size) {
    settings.image_size = context.stored_image_size.value_or(
        round_up(context.default_image_size, family.size_multiple));
  }
  require_input_size(family, *settings.image_size, fmt::format("{}.image_size", path), problems);
  if (!settings.normalize)
    settings.normalize = context.stored_normalization.value_or(Normalization{});
  if (!settings.num_channels) {
    const std::optional<Normalization>& normalization = *settings.normalize;
    settings.num_channels =
        normalization ? static_cast<std::int64_t>(normalization->mean.size()) : 3;
    if (settings.channel_drop) settings.num_channels = settings.channel_drop->num_channels_keep;
  }
  if (settings.resize) {
    if (!settings.resize->height) settings.resize->height = settings.image_size->height;
    if (!settings.resize->width) settings.resize->width = settings.image_size->width;
  }
  const StepPhases phases = step_phases(context.run);
  const StepWindow strong = {.start = phases.start, .stop = phases.stop};
  const StepWindow mixing = {.start = phases.start, .stop = phases.flat};
  resolve_window(settings.mosaic, "mosaic", mixing, warnings);
  resolve_window(settings.photometric_distort, "photometric_distort", strong, warnings);
  resolve_window(settings.random_zoom_out, "random_zoom_out", strong, warnings);
  resolve_window(settings.random_iou_crop, "random_iou_crop", strong, warnings);
  resolve_window(settings.mixup, "mixup", mixing, warnings);
  resolve_window(settings.copyblend, "copyblend", strong, warnings);
  resolve_scale_jitter(family, phases, settings, warnings);

  if (*settings.num_channels != 3) {
    problems.bad_value(
        fmt::format("{}.num_channels", path),
        fmt::format("must be 3, since images are read as RGB, but got {}", *settings.num_channels));
  } else if (*settings.normalize && (*settings.normalize)->mean.size() != 3) {
    problems.bad_value(fmt::format("{}.normalize.mean", path),
                       fmt::format("must have num_channels (3) values but got {}",
                                   (*settings.normalize)->mean.size()));
  }
  if (settings.channel_drop && settings.channel_drop->weight_drop.size() != 3) {
    problems.bad_value(fmt::format("{}.channel_drop.weight_drop", path),
                       fmt::format("must have 3 values, since images are read as RGB, but has {}",
                                   settings.channel_drop->weight_drop.size()));
  }
  if (settings.scale_jitter) {
    const std::string key = fmt::format("{}.scale_jitter.sizes", path);
    for (const ImageSize& size : jitter_sizes(*settings.scale_jitter, *settings.image_size)) {
      if (size.height >= 1 && size.width >= 1) {
        require_input_size(family, size, key, problems);
        continue;
      }
      problems.bad_value(
          key,
          fmt::format("{}x{} is left after rounding to divisible_by; give larger sizes",
                      size.height,
                      size.width));
    }
  }
}

// Crops and zoomed images have sizes of their own; something must unify them in every batch.
void require_unified_sizes(const TransformSettings& settings, SettingsProblems& problems) {
  if (settings.resize || !(settings.mosaic || settings.random_zoom_out ||
                           settings.random_iou_crop || settings.random_rotate_90))
    return;
  const std::optional<ScaleJitterSettings>& jitter = settings.scale_jitter;
  if (jitter && jitter->prob == 1 && !*jitter->step_stop) return;
  problems.bad_value(
      kPath,
      "without resize, scale_jitter must be on with prob 1 and step_stop null, since "
      "mosaic, random_zoom_out, random_iou_crop and random_rotate_90 give images of many sizes, "
      "which no batch can hold; "
      "set resize to {\"height\": \"auto\", \"width\": \"auto\"}");
}

void read_training(const TransformFamily& family,
                   const Value& transform_args,
                   SettingsProblems& problems,
                   TransformSettings& settings) {
  SettingsReader reader(transform_args, kPath, problems);
  read_transform_settings(reader, family.only_null_in_training, family.name, settings);
  Value validation;
  reader.read_map({"val",
                   "the same for validation; image_size, normalize and num_channels follow "
                   "training"},
                  validation);
  reader.finish();
}

void read_validation(const TransformFamily& family,
                     const Value& val,
                     SettingsProblems& problems,
                     TransformSettings& settings) {
  SettingsReader reader(val, kValidationPath, problems);
  read_transform_settings(
      reader, family.only_null_in_validation, family.name + "'s validation", settings);
  reader.finish();
}

}  // namespace

void describe_transforms(const TransformFamily& family, SettingsProblems& problems) {
  TransformSettings train = family.train, validation = family.validation;
  read_training(family, {}, problems, train);
  read_validation(family, {}, problems, validation);
}

Value ResolvedTransforms::to_value() const {
  Value value = saker::to_value(train);
  const Value validation_value = saker::to_value(validation);
  Value& val = value["val"];
  for (const char* key : {"num_channels", "image_size", "resize", "normalize", "min_bbox_size_px"})
    val[key] = validation_value.at(key);
  return value;
}

ResolvedTransforms resolve_transforms(const TransformFamily& family,
                                      const Value& transform_args,
                                      const TransformContext& context) {
  SettingsProblems problems;
  ResolvedTransforms resolved;
  resolved.train = family.train;
  problems.suggest_from(context.known_settings);
  read_training(family, transform_args, problems, resolved.train);
  problems.throw_if_any();
  resolve(family, context, resolved.train, problems, kPath, resolved.warnings);
  require_unified_sizes(resolved.train, problems);

  resolved.validation = family.validation;
  resolved.validation.image_size = resolved.train.image_size;
  resolved.validation.normalize = resolved.train.normalize;
  resolved.validation.num_channels = resolved.train.num_channels;
  const Value* val = transform_args.find("val");
  read_validation(family, val == nullptr ? Value() : *val, problems, resolved.validation);
  problems.throw_if_any();
  resolve(family, context, resolved.validation, problems, kValidationPath, resolved.warnings);
  problems.throw_if_any();
  return resolved;
}

}  // namespace saker

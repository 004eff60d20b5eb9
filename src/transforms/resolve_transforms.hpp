// From transform_args to the settings of a run: defaults of the model family, the user's values,
// and what "auto" stands for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/settings_problems.hpp"
#include "saker/value.hpp"
#include "transforms/step_window.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

// What a family of models brings: defaults, and the augmentations that it does not offer.
struct TransformFamily {
  std::string name;  // for messages
  TransformSettings train, validation;
  std::vector<std::string> only_null_in_training, only_null_in_validation;
  // The divisor that "auto" stands for in scale_jitter.divisible_by.
  std::optional<std::int64_t> jitter_divisor;
  // Both sides of every network input are multiples of this.
  std::int64_t size_multiple = 1;
  // The smallest network input, height times width.
  std::int64_t least_pixels = 1;
  // Set: the list of scale_jitter is the image size plus each of these (both sides), whatever
  // `sizes` says.
  std::vector<std::int64_t> jitter_offsets;
};

// What is known of the model and the run before the data are read.
struct TransformContext {
  ImageSize default_image_size = {};                // of the model's preset
  std::optional<ImageSize> stored_image_size = {};  // of the checkpoint that training starts from
  // Of that checkpoint: unset, it says nothing (ImageNet's values); none, no normalization.
  std::optional<std::optional<Normalization>> stored_normalization = {};
  RunLength run = {};
  // Where to look for keys that transform_args do not have; see SettingsProblems.
  std::function<SettingsSchema()> known_settings = {};
};

struct ResolvedTransforms {
  TransformSettings train, validation;  // without "auto"
  std::vector<std::string> warnings;    // one line each, for the log

  // transform_args that resolve to the same settings, for config.yaml.
  Value to_value() const;
};

// transform_args: a map or null; its key `val` overrides validation. Image size, normalization and
// channels of validation follow training unless overridden.
//
// Windows left to "auto" run from StepPhases::start to StepPhases::stop; those of mosaic and mixup
// end at StepPhases::flat, scale_jitter's begins at 0. An augmentation whose window is empty in so
// short a run is turned off with a warning.
//
// Throws Error (usage) that lists every unknown key, wrong type and value out of range with its
// dotted path, and combinations that could only fail later, such as images of many sizes without a
// step that unifies them.
ResolvedTransforms resolve_transforms(const TransformFamily& family,
                                      const Value& transform_args,
                                      const TransformContext& context);

// The settings of transform_args, their defaults in the family included, to the schema of
// `problems`.
void describe_transforms(const TransformFamily& family, SettingsProblems& problems);

}  // namespace saker

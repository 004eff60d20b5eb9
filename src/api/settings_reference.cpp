#include "api/settings_reference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/train_args_reader.hpp"
#include "detectors/registry.hpp"
#include "detectors/transform_family.hpp"
#include "train/training_settings.hpp"

namespace saker {
namespace {

bool is_model_name(const std::string& model) {
  const std::vector<DetectorName> names = detector_names();
  return std::any_of(
      names.begin(), names.end(), [&](const DetectorName& known) { return known.name == model; });
}

void describe_arguments(SettingsProblems& problems) {
  static_cast<void>(train_args_from_value({}, problems));
}

void describe_model(const std::string& model, SettingsSchema& schema) {
  SettingsProblems problems(schema);
  describe_arguments(problems);
  const auto recipe = make_recipe(model, {}, problems);
  const TransformFamily family = transform_family(model, {});
  describe_transforms(family, problems);
  static_cast<void>(TrainingSettings::read({}, problems));

  schema.resolve_automatic("steps", fmt::format("{}", recipe->default_steps()));
  schema.resolve_automatic("batch_size", fmt::format("{}", recipe->default_batch_size()));
  const ImageSize size = default_image_size(model, {});
  schema.resolve_automatic("transform_args.image_size",
                           fmt::format("[{}, {}]", size.height, size.width));
  for (const char* key : {"image_size", "normalize", "num_channels"})
    schema.resolve_automatic(fmt::format("transform_args.val.{}", key), "that of training");
  const SettingDescription* divisor = schema.find("transform_args.scale_jitter.divisible_by");
  if (divisor->default_value == Value("auto")) {
    schema.resolve_automatic(
        divisor->path, family.jitter_divisor ? fmt::format("{}", *family.jitter_divisor) : "null");
  }
  if (!family.jitter_offsets.empty())
    schema.resolve_automatic("transform_args.scale_jitter.sizes",
                             "image_size and 32 and 64 pixels to either side");
}

}  // namespace

const std::vector<ModelGroup>& model_groups() {
  static const std::vector<ModelGroup> groups = {
      {"PicoDet", "", "picodet/s-416"},
      {"LTDETR", "DINOv3 ViT", "dinov3/vitt16-ltdetr"},
      {"LTDETR", "DINOv3 ConvNeXt", "dinov3/convnext-tiny-ltdetr"},
      {"LTDETR", "DINOv2", "dinov2/vits14-noreg-ltdetr"},
      {"LTDETR", "ltdetrv2-s", "ltdetrv2-s"},
      {"LTDETR", "ltdetrv2-m, -l", "ltdetrv2-m"}};
  return groups;
}

SettingsSchema training_arguments() {
  SettingsSchema all, arguments;
  SettingsProblems problems(all);
  describe_arguments(problems);
  for (const SettingDescription& setting : all.settings()) {
    if (setting.parent().empty()) arguments.add(setting);
  }
  return arguments;
}

SettingsSchema settings_of_model(const std::string& model) {
  SettingsSchema schema;
  describe_model(find_detector(model).name, schema);
  return schema;
}

std::function<SettingsSchema()> known_settings(const std::string& model) {
  return [model] {
    SettingsSchema schema;
    if (is_model_name(model)) {
      describe_model(model, schema);
    } else {
      for (const ModelGroup& group : model_groups()) describe_model(group.model, schema);
    }
    return schema;
  };
}

}  // namespace saker

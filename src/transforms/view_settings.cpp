#include "transforms/view_settings.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "transforms/augmentation_readers.hpp"

namespace saker {
namespace {

void read_order(SettingsReader& reader, const char* low, const char* high, double a, double b) {
  if (a <= b) return;
  reader.problems().bad_value(reader.path_of(low), fmt::format("is {}, above {} {}", a, high, b));
}

void read_crop(SettingsReader& reader, AreaCropSettings& settings) {
  reader.read(
      {"min_scale", "least share of the image's area"}, settings.min_scale, between(1e-6, 1));
  reader.read({"max_scale", "largest share"}, settings.max_scale, between(1e-6, 1));
  reader.read({"min_ratio", "least width / height"}, settings.min_ratio, more_than(0));
  reader.read({"max_ratio", "largest"}, settings.max_ratio, more_than(0));
  read_order(reader, "min_scale", "max_scale", settings.min_scale, settings.max_scale);
  read_order(reader, "min_ratio", "max_ratio", settings.min_ratio, settings.max_ratio);
}

void read_jitter(SettingsReader& reader, ViewJitterSettings& settings) {
  reader.read({"prob", "probability"}, settings.prob, between(0, 1));
  reader.read({"strength", "factor of the four below"}, settings.strength, at_least(0));
  reader.read({"brightness", "factor within 1 -+"}, settings.brightness, at_least(0));
  reader.read({"contrast", "factor within 1 -+"}, settings.contrast, at_least(0));
  reader.read({"saturation", "factor within 1 -+"}, settings.saturation, at_least(0));
  reader.read({"hue", "turn within -+, in full circles"}, settings.hue, at_least(0));
  if (settings.strength * settings.hue > 0.5) {
    reader.problems().bad_value(reader.path_of("hue"),
                                fmt::format("times strength must be at most 0.5 but is {}",
                                            settings.strength * settings.hue));
  }
}

void read_blur(SettingsReader& reader, GaussianBlurSettings& settings) {
  reader.read({"prob", "probability"}, settings.prob, between(0, 1));
  reader.read({"sigmas", "least and largest width, pixels"}, settings.sigmas, more_than(0));
  read_order(reader, "sigmas", "its second number", settings.sigmas[0], settings.sigmas[1]);
  const SettingKey limit{"blur_limit",
                         "largest size of the kernel, or [least, largest]; 0: what suits sigma"};
  const Value* value = reader.find(limit, {"integer or two integers", Value(0)});
  if (value == nullptr) return;
  if (value->is_int()) {
    settings.blur_limit = {0, value->as_int()};
  } else {
    reader.read(limit, settings.blur_limit, at_least(0));
  }
  if (settings.blur_limit[0] < 0 || settings.blur_limit[0] > settings.blur_limit[1])
    reader.problems().bad_value(reader.path_of(limit), "must ascend from 0 or more");
}

void read_solarize(SettingsReader& reader, SolarizeSettings& settings) {
  reader.read({"prob", "probability"}, settings.prob, between(0, 1));
  reader.read({"threshold", "share of the full range"}, settings.threshold, between(0, 1));
}

void read_rotation(SettingsReader& reader, ViewRotationSettings& settings) {
  reader.read({"prob", "probability"}, settings.prob, between(0, 1));
  reader.read({"degrees", "turn within -+"}, settings.degrees, between(0, 180));
}

void read_size(SettingsReader& reader, const SettingKey& key, ImageSize& target) {
  std::array<std::int64_t, 2> sides = {target.height, target.width};
  reader.read(key, sides, between(1, kLargestSide));
  target = {sides[0], sides[1]};
}

void read_local(SettingsReader& reader, LocalViewSettings& settings) {
  reader.read({"num_views", "small views of an image"}, settings.num_views, at_least(1));
  read_size(reader, {"view_size", "[height, width]"}, settings.view_size);
  reader.read_group({"random_resize", "the part of the image that is seen; null: all of it"},
                    settings.random_resize,
                    read_crop);
  reader.read_group({"gaussian_blur", "null: none"}, settings.gaussian_blur, read_blur);
}

Value tree_of(const std::optional<AreaCropSettings>& settings) {
  if (!settings) return {};
  return {{"min_scale", settings->min_scale},
          {"max_scale", settings->max_scale},
          {"min_ratio", settings->min_ratio},
          {"max_ratio", settings->max_ratio}};
}

Value tree_of(const std::optional<GaussianBlurSettings>& settings) {
  if (!settings) return {};
  const auto& [low, high] = settings->blur_limit;
  return {{"prob", settings->prob},
          {"sigmas", Value::Array{settings->sigmas[0], settings->sigmas[1]}},
          {"blur_limit", high == 0 ? Value(0) : Value(Value::Array{low, high})}};
}

Value tree_of(const std::optional<SolarizeSettings>& settings) {
  if (!settings) return {};
  return {{"prob", settings->prob}, {"threshold", settings->threshold}};
}

Value tree_of(const std::vector<double>& numbers) {
  Value::Array values;
  for (const double number : numbers) values.emplace_back(number);
  return values;
}

Value tree_of(ImageSize size) { return Value::Array{size.height, size.width}; }

std::vector<double> repeated(const std::vector<double>& values, std::int64_t count) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < count; ++i)
    result.push_back(values[static_cast<std::size_t>(i) % values.size()]);
  return result;
}

}  // namespace

MultiViewSettings MultiViewSettings::read(const Value& transform_args, SettingsProblems& problems) {
  MultiViewSettings settings;
  ViewSettings& shared = settings.shared;
  SettingsReader reader(transform_args, "transform_args", problems);
  read_size(reader, {"image_size", "[height, width] of the global views"}, shared.size);
  reader.read_group(
      {"channel_drop", "leaves channels out"}, shared.channel_drop, read_channel_drop);
  reader.read_or_auto(
      {"num_channels", "of what the network sees; auto: those of channel_drop or normalize"},
      settings.num_channels,
      at_least(1));
  reader.read_group({"random_resize", "the part of the image that is seen; null: all of it"},
                    shared.random_resize,
                    read_crop);
  reader.read_group({"random_flip", "mirror images"}, shared.random_flip, read_random_flip);
  reader.read_group(
      {"random_rotation", "turns by any angle"}, shared.random_rotation, read_rotation);
  reader.read_group({"color_jitter", "changes of colour"}, shared.color_jitter, read_jitter);
  std::optional<double> gray = shared.random_gray_scale;
  if (reader.read(
          {"random_gray_scale", "probability of a gray view; null: none"}, gray, between(0, 1)))
    shared.random_gray_scale = gray.value_or(0);
  SettingsReader normalize =
      reader.section({"normalize", "what is subtracted from pixels and divides them"});
  read_normalization(normalize, shared.normalize);
  normalize.finish();
  reader.read_group({"gaussian_blur", "of the first global view"}, shared.gaussian_blur, read_blur);
  reader.read_group({"solarize", "bright pixels become dark"}, shared.solarize, read_solarize);
  SettingsReader second = reader.section({"global_view_1", "of the second global view"});
  second.read_group({"gaussian_blur", "null: none"}, settings.second_blur, read_blur);
  second.read_group({"solarize", "null: none"}, settings.second_solarize, read_solarize);
  second.finish();
  reader.read_group({"local_view", "small views; null: none"}, settings.local, read_local);
  reader.finish();
  if (shared.channel_drop && settings.num_channels &&
      *settings.num_channels != shared.channel_drop->num_channels_keep) {
    problems.bad_value(reader.path_of("num_channels"),
                       fmt::format("is {}, but channel_drop keeps {}",
                                   *settings.num_channels,
                                   shared.channel_drop->num_channels_keep));
  }
  return settings;
}

std::int64_t MultiViewSettings::channels() const {
  if (num_channels) return *num_channels;
  if (shared.channel_drop) return shared.channel_drop->num_channels_keep;
  return static_cast<std::int64_t>(shared.normalize.mean.size());
}

Value MultiViewSettings::to_value() const {
  Value value;
  value["image_size"] = tree_of(shared.size);
  value["channel_drop"] = Value();
  if (shared.channel_drop) {
    value["channel_drop"] = Value{{"num_channels_keep", shared.channel_drop->num_channels_keep},
                                  {"weight_drop", tree_of(shared.channel_drop->weight_drop)}};
  }
  value["num_channels"] = channels();
  value["random_resize"] = tree_of(shared.random_resize);
  value["random_flip"] = Value();
  if (shared.random_flip) {
    value["random_flip"] = Value{{"horizontal_prob", shared.random_flip->horizontal_prob},
                                 {"vertical_prob", shared.random_flip->vertical_prob}};
  }
  value["random_rotation"] = Value();
  if (shared.random_rotation) {
    value["random_rotation"] =
        Value{{"prob", shared.random_rotation->prob}, {"degrees", shared.random_rotation->degrees}};
  }
  value["color_jitter"] = Value();
  if (const auto& jitter = shared.color_jitter) {
    value["color_jitter"] = Value{{"prob", jitter->prob},
                                  {"strength", jitter->strength},
                                  {"brightness", jitter->brightness},
                                  {"contrast", jitter->contrast},
                                  {"saturation", jitter->saturation},
                                  {"hue", jitter->hue}};
  }
  value["random_gray_scale"] = shared.random_gray_scale;
  value["normalize"] =
      Value{{"mean", tree_of(shared.normalize.mean)}, {"std", tree_of(shared.normalize.std)}};
  value["gaussian_blur"] = tree_of(shared.gaussian_blur);
  value["solarize"] = tree_of(shared.solarize);
  value["global_view_1"] =
      Value{{"gaussian_blur", tree_of(second_blur)}, {"solarize", tree_of(second_solarize)}};
  value["local_view"] = Value();
  if (local) {
    value["local_view"] = Value{{"num_views", local->num_views},
                                {"view_size", tree_of(local->view_size)},
                                {"random_resize", tree_of(local->random_resize)},
                                {"gaussian_blur", tree_of(local->gaussian_blur)}};
  }
  return value;
}

ViewSettings MultiViewSettings::global_view(std::int64_t index) const {
  ViewSettings view = shared;
  if (index == 1) {
    view.gaussian_blur = second_blur;
    view.solarize = second_solarize;
  }
  if (const std::int64_t count = channels(); count != 3) {
    view.color_jitter.reset();
    view.random_gray_scale = 0;
    view.solarize.reset();
    view.normalize.mean = repeated(view.normalize.mean, count);
    view.normalize.std = repeated(view.normalize.std, count);
  }
  return view;
}

std::optional<ViewSettings> MultiViewSettings::local_view() const {
  if (!local) return std::nullopt;
  ViewSettings view = global_view(0);
  view.size = local->view_size;
  view.random_resize = local->random_resize;
  view.gaussian_blur = local->gaussian_blur;
  return view;
}

}  // namespace saker

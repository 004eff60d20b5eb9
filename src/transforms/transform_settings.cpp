#include "transforms/transform_settings.hpp"

#include <utility>

namespace saker {
namespace {

Value pair(double first, double second) { return Value::Array{first, second}; }
Value pair(const ImageSize& size) { return Value::Array{size.height, size.width}; }
Value numbers(const std::vector<double>& values) {
  return Value::Array(values.begin(), values.end());
}

Value value_of(std::int64_t number) { return number; }
Value value_of(double number) { return number; }
Value value_of(const ImageSize& size) { return pair(size); }
Value value_of(const Normalization& normalization) {
  return {{"mean", numbers(normalization.mean)}, {"std", numbers(normalization.std)}};
}
template <typename T>
Value value_or_null(const std::optional<T>& optional) {
  return optional ? value_of(*optional) : Value();
}
template <typename T>
Value value_of(const std::optional<T>& optional) {
  return value_or_null(optional);
}
template <typename T>
Value value_or_auto(const OrAuto<T>& setting) {
  return setting ? value_of(*setting) : Value("auto");
}

void append_window(Value& group, const StepWindow& window) {
  group["step_start"] = value_or_auto(window.start);
  group["step_stop"] = value_or_auto(window.stop);
}

Value group_value(const PhotometricDistortSettings& settings) {
  Value value;
  value["prob"] = settings.prob;
  value["brightness"] = pair(settings.brightness[0], settings.brightness[1]);
  value["contrast"] = pair(settings.contrast[0], settings.contrast[1]);
  value["saturation"] = pair(settings.saturation[0], settings.saturation[1]);
  value["hue"] = pair(settings.hue[0], settings.hue[1]);
  append_window(value, settings.window);
  return value;
}

Value group_value(const RandomZoomOutSettings& settings) {
  Value value = {{"prob", settings.prob}, {"fill", settings.fill}};
  value["side_range"] = pair(settings.side_range[0], settings.side_range[1]);
  append_window(value, settings.window);
  return value;
}

Value group_value(const RandomIouCropSettings& settings) {
  Value value = {{"prob", settings.prob},
                 {"min_scale", settings.min_scale},
                 {"max_scale", settings.max_scale},
                 {"min_aspect_ratio", settings.min_aspect_ratio},
                 {"max_aspect_ratio", settings.max_aspect_ratio},
                 {"sampler_options", numbers(settings.sampler_options)},
                 {"crop_trials", settings.crop_trials},
                 {"iou_trials", settings.iou_trials}};
  append_window(value, settings.window);
  return value;
}

Value group_value(const RandomFlipSettings& settings) {
  return {{"horizontal_prob", settings.horizontal_prob}, {"vertical_prob", settings.vertical_prob}};
}

Value group_value(const RandomRotate90Settings& settings) {
  Value value;
  value["prob"] = settings.prob;
  return value;
}

Value group_value(const RandomRotateSettings& settings) {
  return {{"prob", settings.prob},
          {"degrees", pair(settings.degrees[0], settings.degrees[1])},
          {"interpolation", settings.interpolation}};
}

Value group_value(const ChannelDropSettings& settings) {
  return {{"num_channels_keep", settings.num_channels_keep},
          {"weight_drop", numbers(settings.weight_drop)}};
}

Value group_value(const MosaicSettings& settings) {
  Value value;
  value["prob"] = settings.prob;
  value["output_size"] = settings.output_size;
  value["max_size"] = value_or_null(settings.max_size);
  value["rotation_range"] = settings.rotation_range;
  value["translation_range"] = pair(settings.translation_range[0], settings.translation_range[1]);
  value["scaling_range"] = pair(settings.scaling_range[0], settings.scaling_range[1]);
  value["fill_value"] = settings.fill_value;
  value["max_cached_images"] = settings.max_cached_images;
  value["random_pop"] = settings.random_pop;
  append_window(value, settings.window);
  return value;
}

Value group_value(const MixupSettings& settings) {
  Value value;
  value["prob"] = settings.prob;
  append_window(value, settings.window);
  return value;
}

Value group_value(const CopyblendSettings& settings) {
  Value value = {{"prob", settings.prob},
                 {"area_threshold", settings.area_threshold},
                 {"num_objects", settings.num_objects}};
  value["expand_ratios"] = pair(settings.expand_ratios[0], settings.expand_ratios[1]);
  append_window(value, settings.window);
  return value;
}

Value group_value(const ResizeSettings& settings) {
  return {{"height", value_or_auto(settings.height)}, {"width", value_or_auto(settings.width)}};
}

Value group_value(const ScaleJitterSettings& settings) {
  Value value;
  value["sizes"] = Value();
  if (settings.sizes) {
    Value::Array sizes;
    for (const ImageSize& size : *settings.sizes) sizes.push_back(pair(size));
    value["sizes"] = std::move(sizes);
  }
  value["min_scale"] = value_or_null(settings.min_scale);
  value["max_scale"] = value_or_null(settings.max_scale);
  value["num_scales"] = value_or_null(settings.num_scales);
  value["prob"] = settings.prob;
  value["divisible_by"] = value_or_auto(settings.divisible_by);
  value["step_stop"] = value_or_auto(settings.step_stop);
  return value;
}

// The group's value, or null where it is off.
template <typename Group>
Value group_or_null(const std::optional<Group>& group) {
  return group ? group_value(*group) : Value();
}

}  // namespace

Value to_value(const TransformSettings& settings) {
  Value value;
  value["channel_drop"] = group_or_null(settings.channel_drop);
  value["num_channels"] = value_or_auto(settings.num_channels);
  value["photometric_distort"] = group_or_null(settings.photometric_distort);
  value["random_zoom_out"] = group_or_null(settings.random_zoom_out);
  value["random_iou_crop"] = group_or_null(settings.random_iou_crop);
  value["random_flip"] = group_or_null(settings.random_flip);
  value["random_rotate_90"] = group_or_null(settings.random_rotate_90);
  value["random_rotate"] = group_or_null(settings.random_rotate);
  value["image_size"] = value_or_auto(settings.image_size);
  value["mixup"] = group_or_null(settings.mixup);
  value["copyblend"] = group_or_null(settings.copyblend);
  value["mosaic"] = group_or_null(settings.mosaic);
  value["resize"] = group_or_null(settings.resize);
  value["scale_jitter"] = group_or_null(settings.scale_jitter);
  value["normalize"] = value_or_auto(settings.normalize);
  value["min_bbox_size_px"] = settings.min_bbox_size_px;
  return value;
}

}  // namespace saker

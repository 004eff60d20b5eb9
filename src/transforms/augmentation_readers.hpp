// The keys of each augmentation in transform_args, read over its settings.
#pragma once

#include "core/settings_reader.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {

constexpr double kLargestSide = 65535;  // of a batch, pixels

// For SettingsReader::read_group. What is wrong, ranges that contradict each other included, goes
// to the reader's problems.
void read_photometric_distort(SettingsReader& reader, PhotometricDistortSettings& settings);
void read_random_zoom_out(SettingsReader& reader, RandomZoomOutSettings& settings);
void read_random_iou_crop(SettingsReader& reader, RandomIouCropSettings& settings);
void read_mosaic(SettingsReader& reader, MosaicSettings& settings);
void read_mixup(SettingsReader& reader, MixupSettings& settings);
void read_copyblend(SettingsReader& reader, CopyblendSettings& settings);
void read_channel_drop(SettingsReader& reader, ChannelDropSettings& settings);
void read_random_flip(SettingsReader& reader, RandomFlipSettings& settings);
void read_random_rotate_90(SettingsReader& reader, RandomRotate90Settings& settings);
void read_random_rotate(SettingsReader& reader, RandomRotateSettings& settings);
void read_scale_jitter(SettingsReader& reader, ScaleJitterSettings& settings);
void read_normalization(SettingsReader& reader, Normalization& settings);

}  // namespace saker

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "transforms/augmentation_readers.hpp"
#include "transforms/transform_settings.hpp"

namespace saker {
namespace {

void read_size(SettingsReader& reader, const SettingKey& key, OrAuto<ImageSize>& target) {
  OrAuto<std::array<std::int64_t, 2>> sides;
  if (target) sides = {target->height, target->width};
  reader.read_or_auto(key, sides, between(1, kLargestSide));
  target = sides ? OrAuto<ImageSize>({(*sides)[0], (*sides)[1]}) : std::nullopt;
}

void read_normalize(SettingsReader& reader, OrAuto<std::optional<Normalization>>& target) {
  const SettingKey key{"normalize",
                       "what is subtracted from pixels and divides them; null: nothing; auto: the "
                       "checkpoint's, else ImageNet's"};
  std::optional<Normalization> normalization = target.value_or(Normalization{});
  if (!reader.describes() && reader.has("normalize")) {
    if (const Value* value = reader.find(key, {}); *value == Value("auto")) {
      target.reset();
      return;
    }
  }
  reader.read_group(key, normalization, read_normalization);
  if (reader.describes()) {
    reader.problems().schema()->also_takes(reader.path_of(key), "auto", !target);
  } else if (reader.has("normalize")) {
    target = std::move(normalization);
  }
}

void read_resize(SettingsReader& reader, ResizeSettings& settings) {
  reader.read_or_auto(
      {"height", "pixels; auto: image_size's"}, settings.height, between(1, kLargestSide));
  reader.read_or_auto(
      {"width", "pixels; auto: image_size's"}, settings.width, between(1, kLargestSide));
}

// The groups of a pipeline that are offered; the others accept null alone.
class GroupReader {
 public:
  GroupReader(SettingsReader& reader,
              const std::vector<std::string>& only_null,
              std::string_view owner)
      : reader_(reader), only_null_(only_null), owner_(owner) {}

  template <typename Group, typename Read>
  void operator()(const SettingKey& key, std::optional<Group>& target, Read read) {
    if (std::ranges::find(only_null_, key.name) == only_null_.end()) {
      reader_.read_group(key, target, read);
      return;
    }
    const std::string meaning = fmt::format("not offered by {}", owner_);
    const Value* value = reader_.find({key.name, meaning}, {"null"});
    if (value == nullptr || value->is_null()) return;
    reader_.problems().bad_value(
        reader_.path_of(key),
        fmt::format("{} does not offer {} in this version; leave it out or set it to null",
                    owner_,
                    key.name));
  }

 private:
  SettingsReader& reader_;
  const std::vector<std::string>& only_null_;
  std::string_view owner_;
};

}  // namespace

void read_transform_settings(SettingsReader& reader,
                             const std::vector<std::string>& only_null,
                             std::string_view owner,
                             TransformSettings& settings) {
  read_size(reader,
            {"image_size",
             "[height, width] of the network's input; auto: the checkpoint's, else the "
             "model's"},
            settings.image_size);
  reader.read_group({"resize", "every image to one size; the aspect ratio is not kept"},
                    settings.resize,
                    read_resize);
  read_normalize(reader, settings.normalize);
  reader.read_or_auto(
      {"num_channels", "of an image; 3 is the only one"}, settings.num_channels, at_least(1));
  reader.read(
      {"min_bbox_size_px",
       "boxes narrower or lower than this in the network's input are left out; 0 keeps all"},
      settings.min_bbox_size_px,
      between(0, kLargestSide));
  GroupReader read_group(reader, only_null, owner);
  read_group({"mosaic", "four images in one"}, settings.mosaic, read_mosaic);
  read_group({"channel_drop", "leaves channels out"}, settings.channel_drop, read_channel_drop);
  read_group({"photometric_distort", "changes of colour"},
             settings.photometric_distort,
             read_photometric_distort);
  read_group({"random_zoom_out", "the image small on a large canvas"},
             settings.random_zoom_out,
             read_random_zoom_out);
  read_group({"random_iou_crop", "a part of the image that overlaps objects enough"},
             settings.random_iou_crop,
             read_random_iou_crop);
  read_group({"random_flip", "mirror images"}, settings.random_flip, read_random_flip);
  read_group(
      {"random_rotate_90", "quarter turns"}, settings.random_rotate_90, read_random_rotate_90);
  read_group({"random_rotate", "turns by any angle"}, settings.random_rotate, read_random_rotate);
  read_group({"mixup", "two images of a batch blended"}, settings.mixup, read_mixup);
  read_group({"copyblend", "objects copied between the images of a batch"},
             settings.copyblend,
             read_copyblend);
  read_group({"scale_jitter", "batches of many sizes"}, settings.scale_jitter, read_scale_jitter);
}

}  // namespace saker
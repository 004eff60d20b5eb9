#include "transforms/ltdetr_transforms.hpp"

#include <vector>

namespace saker {
namespace {

constexpr StepWindow kAutomatic = {.start = std::nullopt, .stop = std::nullopt};

// Squares from low to high; the middle one stands for the image size and comes 20 times, so that
// two thirds of the batches have it.
std::vector<ImageSize> sizes(std::int64_t low,
                             std::int64_t middle,
                             std::int64_t high,
                             std::int64_t step) {
  std::vector<ImageSize> list;
  for (std::int64_t side = low; side <= high; side += step)
    list.insert(list.end(), side == middle ? 20 : 1, {side, side});
  return list;
}

const char* family_name(LtdetrGeneration generation) {
  switch (generation) {
    case LtdetrGeneration::kDinov3Vit:
      return "LTDETR with a DINOv3 ViT";
    case LtdetrGeneration::kDinov3ConvNext:
      return "LTDETR with a DINOv3 ConvNeXt";
    case LtdetrGeneration::kDinov2:
      return "LTDETR with a DINOv2 ViT";
    case LtdetrGeneration::kV2:
      return "LTDETRv2";
  }
  return "LTDETR";
}

}  // namespace

TransformFamily ltdetr_transform_family(LtdetrGeneration generation, const LtdetrInputRule& rule) {
  const bool is_dinov2 = generation == LtdetrGeneration::kDinov2;
  TransformFamily family;
  family.name = family_name(generation);
  family.size_multiple = rule.size_multiple;
  family.least_pixels = rule.least_pixels;

  TransformSettings& train = family.train;
  const double mixing_prob = generation == LtdetrGeneration::kV2 ? 0.75 : 0.5;
  train.mosaic = MosaicSettings{.prob = mixing_prob, .window = kAutomatic};
  train.photometric_distort = PhotometricDistortSettings{.window = kAutomatic};
  train.random_zoom_out = RandomZoomOutSettings{.window = kAutomatic};
  train.random_iou_crop = RandomIouCropSettings{.window = kAutomatic};
  train.random_flip = RandomFlipSettings{};
  train.resize = ResizeSettings{};
  train.mixup = MixupSettings{.prob = mixing_prob, .window = kAutomatic};
  train.copyblend = CopyblendSettings{.window = kAutomatic};
  train.min_bbox_size_px = 4;
  train.min_area_px = 1;

  ScaleJitterSettings& jitter = train.scale_jitter.emplace();
  jitter.step_stop = std::nullopt;
  if (is_dinov2) {
    jitter.sizes = sizes(476, 644, 812, 28);
    jitter.sizes_for = ImageSize{644, 644};
    jitter.divisible_by = std::optional<std::int64_t>();
    family.only_null_in_training = {"channel_drop"};
  } else {
    jitter.sizes = sizes(480, 640, 800, 32);
    jitter.sizes_for = ImageSize{640, 640};
    if (generation != LtdetrGeneration::kDinov3ConvNext) family.jitter_divisor = rule.size_multiple;
  }

  family.validation.resize = ResizeSettings{};
  family.only_null_in_validation = {"channel_drop",
                                    "mosaic",
                                    "mixup",
                                    "copyblend",
                                    "photometric_distort",
                                    "random_zoom_out",
                                    "random_iou_crop",
                                    "random_flip",
                                    "random_rotate_90",
                                    "random_rotate",
                                    "scale_jitter"};
  return family;
}

}  // namespace saker

#include "transforms/picodet_transforms.hpp"

namespace saker {

TransformFamily picodet_transform_family() {
  TransformFamily family;
  family.name = "PicoDet";
  family.train.photometric_distort = PhotometricDistortSettings{};
  family.train.random_zoom_out = RandomZoomOutSettings{};
  family.train.random_iou_crop = RandomIouCropSettings{};
  family.train.random_flip = RandomFlipSettings{};
  family.train.min_area_px = 1;
  family.jitter_divisor = 32;
  family.jitter_offsets = {-64, -32, 0, 32, 64};
  ScaleJitterSettings& jitter = family.train.scale_jitter.emplace();
  jitter.divisible_by = family.jitter_divisor;
  family.validation.resize = ResizeSettings{};
  family.only_null_in_training = {"channel_drop", "mosaic", "mixup", "copyblend"};
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

// PicoDet's transforms.
#pragma once

#include "transforms/resolve_transforms.hpp"

namespace saker {

// Training: photometric distortion, zoom-out, IoU crop and horizontal flip for the whole run, one
// of five sizes around the image size for each batch. Validation: resize to the image size. Mosaic,
// mixup, copyblend and channel_drop are not offered: their keys accept only null.
TransformFamily picodet_transform_family();

}  // namespace saker

// Crops so that at least one object stays well visible.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random_stream.hpp"
#include "transforms/sample.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct RandomIouCropSettings {
  double prob = 0.8;                      // drawn twice: 0.64 of the images are tried
  double min_scale = 0.3, max_scale = 1;  // each side of the crop, as a fraction of the image's
  double min_aspect_ratio = 0.5, max_aspect_ratio = 2;  // width / height, pixels
  // One is drawn for each round: the overlap that the best object must have with the crop; 1 or
  // more keeps the whole image.
  std::vector<double> sampler_options = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::int64_t crop_trials = 40;   // crops tried for one option
  std::int64_t iou_trials = 1000;  // options tried
  StepWindow window = {};
};

// The whole image when a round says so, when there are no boxes, or when no crop was found.
//
// A crop is taken when its sides have an allowed ratio, when the centre of a box lies strictly
// inside it, and when the largest intersection over union of such a box with the crop reaches the
// option.
CropRectangle draw_iou_crop(const RandomIouCropSettings& settings,
                            ImageSize size,
                            std::span<const CornerBox> boxes,
                            RandomStream& draws);
void crop_sample(Sample& sample, const CropRectangle& rectangle);

// Boxes are cut at the crop, wherever their centre lies.
// Source: SSD (Liu et al., ECCV 2016); the probability and the fate of cut boxes are those of the
// reference (tested).
void random_iou_crop(const RandomIouCropSettings& settings, RandomStream& draws, Sample& sample);

}  // namespace saker

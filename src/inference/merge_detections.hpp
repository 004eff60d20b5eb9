// Detections of several views of one image as those of the image.
#pragma once

#include "inference/box_index.hpp"
#include "saker/detections.hpp"
#include "saker/sahi.hpp"

namespace saker {

// Highest score first, equal scores in their order: a detection that no kept one matches is kept,
// any other is dropped (kNms, the rule of torchvision) or the best one that it matches grows to
// hold it too (kNmm). What was grown over does not match for it.
Detections merge_overlapping(const Detections& detections, const OverlapRule& rule, BoxMerge merge);

// Those without a match among the others, in their order.
Detections without_matches(const Detections& detections,
                           const Detections& others,
                           const OverlapRule& rule);

// What was found in the whole image and in its tiles, in pixels of the image: the former as it is,
// then those of the latter that are left, highest score first. Tiles are merged with each other
// first, so that what a box suppressed stays away where the whole image has that box too.
// Throws Error (usage) for thresholds outside of [0, 1].
Detections combine_views(const Detections& whole_image,
                         const Detections& tiles,
                         const SahiArgs& args);

}  // namespace saker

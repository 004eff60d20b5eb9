// The box terms of a criterion's positives: both criteria read distributions, compare boxes and
// write gradients in the same way.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/box_overlap.hpp"
#include "detectors/picodet/distribution_focal_loss.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/prior.hpp"
#include "saker/detections.hpp"

namespace saker {

// [B, N] boxes of all places in pixels, not clamped.
std::vector<Box> decode_batch(const BatchLogits& box_logits, std::span<const Prior> priors);

// One positive's sides and its distribution focal loss, in cells.
struct PositiveSides {
  PlaceSides sides;
  std::array<DistributionFocalTerm, 4> dfl;

  // Mean over the four sides.
  float dfl_value() const;
  // In cells, with the centre at prior / stride.
  Box box_in_cells(const Prior& prior) const;
};
PositiveSides positive_sides(const ImageLogits& box_logits,
                             const Prior& prior,
                             const Box& truth_in_pixels);

// A box in units of a prior's cells.
Box in_cells(const Box& box, const Prior& prior);

// Writes the derivative of dfl_factor * dfl_value() + giou_factor * GIoU.
//
// giou_slope: of the GIoU by the corners of the box in cells.
void write_box_gradient(const ImagePlanes<float>& gradient,
                        const Prior& prior,
                        const PositiveSides& positive,
                        const Box& giou_slope,
                        double giou_factor,
                        double dfl_factor);

}  // namespace saker

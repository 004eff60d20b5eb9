#include "detectors/picodet/positive_boxes.hpp"

#include <ATen/Parallel.h>

namespace saker {

std::vector<Box> decode_batch(const BatchLogits& box_logits, std::span<const Prior> priors) {
  const std::int64_t count = static_cast<std::int64_t>(priors.size());
  std::vector<Box> boxes(static_cast<std::size_t>(box_logits.images() * count));
  at::parallel_for(0, box_logits.images(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      std::int64_t first = 0;
      for (const LevelPlanes<const float>& level : box_logits.levels()) {
        decode_level(level, image, priors.data() + first, boxes.data() + image * count + first);
        first += level.cells;
      }
    }
  });
  return boxes;
}

Box in_cells(const Box& box, const Prior& prior) {
  return {.x1 = box.x1 / prior.stride,
          .y1 = box.y1 / prior.stride,
          .x2 = box.x2 / prior.stride,
          .y2 = box.y2 / prior.stride};
}

PositiveSides positive_sides(const ImageLogits& box_logits,
                             const Prior& prior,
                             const Box& truth_in_pixels) {
  const Box truth = in_cells(truth_in_pixels, prior);
  const float x = prior.x / prior.stride, y = prior.y / prior.stride;
  const std::array<float, 4> distances = {x - truth.x1, y - truth.y1, truth.x2 - x, truth.y2 - y};
  PositiveSides positive;
  positive.sides = sides_at(box_logits, prior);
  for (std::size_t side = 0; side < distances.size(); ++side) {
    positive.dfl[side] = distribution_focal_loss(positive.sides[side], distances[side]);
  }
  return positive;
}

float PositiveSides::dfl_value() const {
  return (dfl[0].value + dfl[1].value + dfl[2].value + dfl[3].value) / 4;
}

Box PositiveSides::box_in_cells(const Prior& prior) const {
  const float x = prior.x / prior.stride, y = prior.y / prior.stride;
  return {.x1 = x - sides[0].mean,
          .y1 = y - sides[1].mean,
          .x2 = x + sides[2].mean,
          .y2 = y + sides[3].mean};
}

void write_box_gradient(const ImagePlanes<float>& gradient,
                        const Prior& prior,
                        const PositiveSides& positive,
                        const Box& giou_slope,
                        double giou_factor,
                        double dfl_factor) {
  // The left and the upper corner move against their distances.
  const std::array<float, 4> by_distance = {
      -giou_slope.x1, -giou_slope.y1, giou_slope.x2, giou_slope.y2};
  for (std::size_t side = 0; side < by_distance.size(); ++side) {
    const double through_mean = giou_factor * static_cast<double>(by_distance[side]);
    for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
      gradient.at(prior, static_cast<std::int64_t>(side * kPicoDetBins + bin)) = static_cast<float>(
          through_mean * static_cast<double>(positive.sides[side].mean_slope(bin)) +
          dfl_factor / 4 * static_cast<double>(positive.dfl[side].slopes[bin]));
    }
  }
}

}  // namespace saker

#include "detectors/ltdetr/anchors.hpp"

#include <limits>

namespace saker {
namespace {

constexpr double kFinestSide = 0.05, kMargin = 0.01;

// [height * width, 4], cxcywh.
torch::Tensor level_boxes(std::int64_t height, std::int64_t width, double side) {
  const auto centres = [](std::int64_t count) {
    return (torch::arange(count, torch::kFloat32) + 0.5) / static_cast<double>(count);
  };
  const torch::Tensor x = centres(width).unsqueeze(0).expand({height, width});
  const torch::Tensor y = centres(height).unsqueeze(1).expand({height, width});
  const torch::Tensor sides = torch::full({height, width}, side);
  return torch::stack({x, y, sides, sides}, 2).flatten(0, 1);
}

}  // namespace

Anchors make_anchors(const std::vector<std::array<std::int64_t, 2>>& sizes_hw,
                     const torch::TensorOptions& options) {
  std::vector<torch::Tensor> levels;
  double side = kFinestSide;
  for (const auto& [height, width] : sizes_hw) {
    levels.push_back(level_boxes(height, width, side));
    side *= 2;
  }
  const torch::Tensor boxes = torch::cat(levels);
  const torch::Tensor valid = (boxes > kMargin).logical_and(boxes < 1 - kMargin).all(1);
  const torch::Tensor logits =
      (boxes / (1 - boxes))
          .log()
          .masked_fill(valid.logical_not().unsqueeze(1), std::numeric_limits<double>::infinity());
  return {.logits = logits.to(options),
          .invalid = valid.logical_not().nonzero().flatten().to(options.device())};
}

}  // namespace saker

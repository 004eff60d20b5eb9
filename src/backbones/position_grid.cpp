#include "backbones/position_grid.hpp"

#include <array>
#include <cmath>
#include <optional>

namespace saker {

torch::Tensor resample_positions(const torch::Tensor& positions,
                                 const PatchGrid& grid,
                                 const PositionResampling& resampling) {
  const std::int64_t stored = positions.size(1) - 1, channels = positions.size(2);
  if (stored == grid.count() && grid.height == grid.width) return positions;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(stored))));
  const torch::Tensor exact = positions.to(torch::kFloat32);
  const torch::Tensor map =
      exact.narrow(1, 1, stored).view({1, side, side, channels}).permute({0, 3, 1, 2}).contiguous();
  const std::array<std::int64_t, 2> size = {grid.height, grid.width};
  std::optional<double> scale_y, scale_x;
  if (resampling.offset != 0) {
    const auto n = static_cast<double>(side);
    scale_y = (static_cast<double>(grid.height) + resampling.offset) / n;
    scale_x = (static_cast<double>(grid.width) + resampling.offset) / n;
  }
  const torch::Tensor resized =
      resampling.antialias
          ? at::_upsample_bicubic2d_aa(map, size, /*align_corners=*/false, scale_y, scale_x)
          : at::upsample_bicubic2d(map, size, /*align_corners=*/false, scale_y, scale_x);
  const torch::Tensor patches = resized.permute({0, 2, 3, 1}).reshape({1, grid.count(), channels});
  return torch::cat({exact.narrow(1, 0, 1), patches}, 1).to(positions.scalar_type());
}

}  // namespace saker

#include "pretrain/block_masks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace saker {
namespace {

constexpr double kLeastPatches = 4;  // of a block
constexpr double kLargestShare = 0.5;
constexpr double kLeastAspect = 0.3;
constexpr int kTries = 10;

double draw_between(const UnitDraws& draws, double low, double high) {
  return low + (high - low) * draws();
}

// Both ends included.
std::int64_t draw_integer(const UnitDraws& draws, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(draws() * static_cast<double>(high - low + 1));
}

// Rounds half to even.
std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

struct Grid {
  std::int64_t height, width;
  std::vector<std::uint8_t> masked;

  std::uint8_t& at(std::int64_t y, std::int64_t x) {
    return masked[static_cast<std::size_t>(y * width + x)];
  }
};

// Returns the number of patches that the block newly masks, at most `most`; 0 when none was placed.
std::int64_t place_block(Grid& grid, std::int64_t most, const UnitDraws& draws) {
  for (int i = 0; i < kTries; ++i) {
    // With fewer than four patches left the interval runs backwards, which is no matter.
    const double area = draw_between(draws, kLeastPatches, static_cast<double>(most));
    const double aspect =
        std::exp(draw_between(draws, std::log(kLeastAspect), std::log(1 / kLeastAspect)));
    const std::int64_t height = rounded(std::sqrt(area * aspect));
    const std::int64_t width = rounded(std::sqrt(area / aspect));
    if (width >= grid.width || height >= grid.height) continue;
    const std::int64_t top = draw_integer(draws, 0, grid.height - height);
    const std::int64_t left = draw_integer(draws, 0, grid.width - width);
    std::int64_t added = height * width;
    for (std::int64_t y = top; y < top + height; ++y) {
      for (std::int64_t x = left; x < left + width; ++x) added -= grid.at(y, x);
    }
    if (added <= 0 || added > most) continue;
    for (std::int64_t y = top; y < top + height; ++y) {
      for (std::int64_t x = left; x < left + width; ++x) grid.at(y, x) = 1;
    }
    return added;
  }
  return 0;
}

}  // namespace

std::vector<std::uint8_t> draw_block_mask(std::int64_t height,
                                          std::int64_t width,
                                          std::int64_t target,
                                          const UnitDraws& draws) {
  Grid grid{.height = height,
            .width = width,
            .masked = std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), 0)};
  const auto largest =
      static_cast<std::int64_t>(kLargestShare * static_cast<double>(height * width));
  std::int64_t count = 0;
  while (count < target) {
    const std::int64_t added = place_block(grid, std::min(target - count, largest), draws);
    if (added == 0) break;
    count += added;
  }
  return std::move(grid.masked);
}

BatchMasks draw_batch_masks(std::int64_t crops,
                            std::int64_t height,
                            std::int64_t width,
                            const BlockMaskSettings& settings,
                            const UnitDraws& draws) {
  const std::int64_t patches = height * width;
  const auto masked_crops =
      static_cast<std::int64_t>(static_cast<double>(crops) * settings.probability);
  const auto edge = [&](std::int64_t i) {
    return settings.ratio_min + (settings.ratio_max - settings.ratio_min) * static_cast<double>(i) /
                                    static_cast<double>(masked_crops);
  };
  std::vector<std::vector<std::uint8_t>> masks(static_cast<std::size_t>(crops));
  for (std::int64_t i = 0; i < crops; ++i) {
    const std::int64_t target =
        i < masked_crops ? static_cast<std::int64_t>(static_cast<double>(patches) *
                                                     draw_between(draws, edge(i), edge(i + 1)))
                         : 0;
    masks[static_cast<std::size_t>(i)] = draw_block_mask(height, width, target, draws);
  }
  for (std::int64_t i = crops - 1; i > 0; --i)
    std::swap(masks[static_cast<std::size_t>(i)],
              masks[static_cast<std::size_t>(draw_integer(draws, 0, i))]);

  BatchMasks batch;
  batch.masked.reserve(static_cast<std::size_t>(crops * patches));
  for (const std::vector<std::uint8_t>& mask : masks) {
    const std::int64_t count = std::accumulate(mask.begin(), mask.end(), std::int64_t{0});
    for (const std::uint8_t masked : mask) {
      if (masked != 0) {
        batch.indices.push_back(static_cast<std::int64_t>(batch.masked.size()));
        batch.weights.push_back(1.0F / static_cast<float>(count));
      }
      batch.masked.push_back(masked);
    }
  }
  return batch;
}

}  // namespace saker

// Which patches the student does not see: blocks of random size and place.
//
// Sources: Bao et al., "BEiT", ICLR 2022 (blocks); Oquab et al., "DINOv2", 2023 (shares of a
// batch).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace saker {

// Numbers in [0, 1), one a call.
using UnitDraws = std::function<double()>;

// One image's patches, row-major, 1 for a masked one: blocks of at most half of the grid and an
// aspect of 0.3 to 1 / 0.3 until `target` patches are masked. Gives up, with fewer, after ten tries
// that find no place for a block. Draws an attempt: area, aspect, then top and left if it fits.
std::vector<std::uint8_t> draw_block_mask(std::int64_t height,
                                          std::int64_t width,
                                          std::int64_t target,
                                          const UnitDraws& draws);

struct BlockMaskSettings {
  double probability = 0.5;                 // share of the crops that are masked
  double ratio_min = 0.1, ratio_max = 0.5;  // of a masked crop's patches
};

// The masks of a batch of crops.
struct BatchMasks {
  std::vector<std::uint8_t> masked;   // [crops, patches], 1 for a masked patch
  std::vector<std::int64_t> indices;  // of the masked patches in it, ascending
  std::vector<float> weights;         // of each of them: 1 / masked patches of its crop
};

// The first floor(crops probability) crops get ratios that are drawn from equal parts of the range,
// one each, so that a batch covers it evenly; then the crops are shuffled.
BatchMasks draw_batch_masks(std::int64_t crops,
                            std::int64_t height,
                            std::int64_t width,
                            const BlockMaskSettings& settings,
                            const UnitDraws& draws);

}  // namespace saker

// The places at which a PicoDet head predicts: the centres of the cells of its four levels.
#pragma once

#include <cstdint>
#include <vector>

#include "transforms/batch.hpp"

namespace saker {

struct Prior {
  float x = 0, y = 0;      // centre, pixels
  float stride = 0;        // edge of the cell, pixels
  std::int64_t level = 0;  // 0..3
  std::int64_t cell = 0;   // row-major within the level
};

// N priors, level by level, each row-major: centres at ((column + 0.5) s, (row + 0.5) s).
std::vector<Prior> picodet_priors(ImageSize input);

}  // namespace saker

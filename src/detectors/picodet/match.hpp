// What an assigner decides.
#pragma once

#include <cstdint>

namespace saker {

// A prior and the ground-truth box that it answers for.
struct Match {
  std::int64_t prior = 0;
  std::int64_t gt = 0;
  float iou = 0;  // of the decoded and the true box, in pixels
};

}  // namespace saker

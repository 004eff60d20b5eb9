#include "inference/score_threshold.hpp"

#include <fmt/format.h>

#include <cstddef>

#include "saker/error.hpp"

namespace saker {

Detections above_threshold(const Detections& candidates, double threshold, bool inclusive) {
  Detections kept;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto score = static_cast<double>(candidates.scores[i]);
    if (inclusive ? score >= threshold : score > threshold)
      kept.add(candidates.labels[i], candidates.bboxes[i], candidates.scores[i]);
  }
  return kept;
}

void require_fraction(const char* name, double value) {
  if (!(value >= 0 && value <= 1))
    throw Error(ErrorKind::kUsage, fmt::format("{} must lie in [0, 1] but is {}", name, value));
}

}  // namespace saker

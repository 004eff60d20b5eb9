// The evaluation of a split whose images several processes have predicted.
#pragma once

#include <cstdint>
#include <vector>

#include "distributed/processes.hpp"
#include "metrics/coco_average_precision.hpp"

namespace saker {

// In rank 0 all processes' images in the order of their batches and, within one, of the ranks,
// which is that of the data set; elsewhere none. own: this process's; batches: the number of the
// batch of each of its images, ascending.
CocoEvaluator gathered_evaluation(const CocoEvaluator& own,
                                  const std::vector<std::int64_t>& batches,
                                  const Processes& processes);

}  // namespace saker

// How the learning rate goes over the steps of a run.
#pragma once

#include <cstdint>
#include <vector>

#include "saker/value.hpp"

namespace saker {

class LearningRateSchedule {
 public:
  virtual ~LearningRateSchedule() = default;

  // Factor of the base learning rate for the update number `step`, counted from 0.
  virtual double factor(std::int64_t step) const = 0;

  // The scheduler's entry of a checkpoint after so many finished steps, with the field names of the
  // reference. base_lrs: of the optimizer's groups.
  virtual Value state(std::int64_t finished_steps, const std::vector<double>& base_lrs) const = 0;
};

}  // namespace saker

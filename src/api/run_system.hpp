// What a run computes on, kept in its folder.
#pragma once

#include "train/run_folder.hpp"
#include "train/training_plan.hpp"

namespace saker {

// system.json: versions, processor, threads, memory, device, processes, precision, and when this
// process began. Throws Error (io).
void write_run_system(const RunFolder& folder, const TrainingPlan& plan);

}  // namespace saker

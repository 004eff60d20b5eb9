// config.yaml of a run folder: the settings from which the same run starts again.
#pragma once

#include <string>

#include "saker/value.hpp"
#include "train/run_folder.hpp"

namespace saker {

// The file whose weights the run in this folder started from, by its config.yaml; empty when there
// is none, or no such file.
std::string checkpoint_of_run(const RunFolder& folder);

// resolved: every argument with its value. How this start was made is left out: overwrite and
// resume_interrupted are false. Throws Error (io).
void write_run_config(const RunFolder& folder, Value resolved);

}  // namespace saker

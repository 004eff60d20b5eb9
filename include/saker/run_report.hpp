// A page about a training run.
#pragma once

#include <string>

namespace saker {

struct RunReportArgs {
  std::string run;       // the folder that a training wrote to (its `out`)
  std::string out = {};  // the HTML file; empty: report.html in that folder
};

// Writes one HTML file, which needs no network: curves, classes, sample pictures, warnings, settings
// and machine of a run, which may still go on. Returns its path. Training writes it at its end.
// Throws Error: io when the folder is not there or the file cannot be written, usage when the folder
// holds no run.
std::string write_run_report(const RunReportArgs& args);

}  // namespace saker

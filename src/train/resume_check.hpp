// Whether an interrupted run may go on with the settings that are given now.
//
// The run's own are in its config.yaml. What decides the weights must be the same; where the run
// lies, what computes it, what it logs and how often it saves may change.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "saker/value.hpp"

namespace saker {

struct SettingDifference {
  std::string key;    // dotted path
  Value before, now;  // null for what is not set
};

// Both: resolved settings, as config.yaml holds them. In the order of their keys; empty when the
// run may go on. An empty `model` is that of the checkpoint.
std::vector<SettingDifference> resume_differences(const Value& before, const Value& now);

// A line for each: "  batch_size: was 16, is now 8".
std::string list_differences(const std::vector<SettingDifference>& differences);

// config: the file that holds `before`; checkpoint: what the run would go on from. Throws Error
// (usage) that lists the differences and says what to do, if there are any.
void require_resumable(const std::filesystem::path& config,
                       const std::filesystem::path& checkpoint,
                       const Value& before,
                       const Value& now);

// What config.yaml holds from now on: the settings given now, but for those that say how the run
// began.
Value continued_settings(const Value& before, const Value& now);

// For the log, where a run has no config.yaml: what could not be compared.
std::string uncompared_settings_warning(const std::filesystem::path& config);

}  // namespace saker

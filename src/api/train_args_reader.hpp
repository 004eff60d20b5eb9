// Training arguments from a settings tree, as YAML files and command lines give them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "saker/train.hpp"

namespace saker {

// Keys are those of docs/settings.md; everything wrong (types, unknown and missing keys) is added
// to problems. Relative paths inside `data` are taken from the current directory, those of a data
// YAML file from its folder.
TrainArgs train_args_from_value(const Value& value, SettingsProblems& problems);

}  // namespace saker

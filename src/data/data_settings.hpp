// The `data` section of a run: a map, a YAML file, or the struct of the public interface.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "saker/train.hpp"
#include "saker/value.hpp"

namespace saker {

class SettingsProblems;

struct ResolvedData {
  DataArgs args;                      // paths are absolute, links resolved
  std::vector<std::string> warnings;  // lines for the log
};

// Checks the fields; when `path` alone is given and names a .yaml or .yml file, or a folder with
// one (data_yaml_of), reads them from there (relative to that file; without `path` in the file its
// folder is the root). Resolved data come back as they are. Throws Error: usage with every problem,
// io for a file that cannot be read.
ResolvedData resolve_data(const DataArgs& args);

// The same from a settings tree: a map, or text that names a YAML file. Relative paths lie in
// base_folder. Names may be a map with integer keys (or text of integers) or a list, whose ids
// count from 0. from_file: the map was read from a YAML file, so that `path` may be absent and
// foreign keys give a warning instead of a problem. The problems of a map are added to `problems`,
// those of a file that it names are thrown.
ResolvedData data_from_value(const Value& value,
                             SettingsProblems& problems,
                             const std::filesystem::path& base_folder,
                             bool from_file);

// The keys of both formats to the schema of `problems`.
void describe_data(SettingsProblems& problems);

// The section as a settings tree that reads back as the same.
Value to_value(const DataArgs& data);

}  // namespace saker

// The YAML files that describe data sets.
#pragma once

#include <filesystem>
#include <optional>

namespace saker {

// By its extension, of any case.
bool has_yaml_name(const std::filesystem::path& path);

// The file of a folder that describes a data set: data.yaml or data.yml, or else the only YAML file
// in it.
std::optional<std::filesystem::path> data_yaml_of(const std::filesystem::path& folder);

}  // namespace saker

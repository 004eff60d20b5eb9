// What the `data` sections of both formats have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"

namespace saker {

// The section's path in messages has the format as a part, "data.yolo"; the keys that are described
// are those that a user writes, "data".
std::string data_section(const char* with_format, const SettingsProblems& problems);

// The format is checked before a section is read.
void read_data_format(SettingsReader& reader);
std::vector<std::int64_t> read_ignored_classes(SettingsReader& reader);

}  // namespace saker

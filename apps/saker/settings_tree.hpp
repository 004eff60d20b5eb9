// The settings of a command: a YAML file, then flags, then key.sub=value pairs, each over the one
// before.
#pragma once

#include <string>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// Writes `value` at a dotted path, making maps on the way. Throws Error (usage) when the path runs
// through something else.
void set_at_path(Value& tree, const std::string& path, Value value);

// Applies "key.sub=value" texts; values are YAML scalars or flow collections. Throws Error (usage)
// for other texts.
void apply_overrides(Value& tree, const std::vector<std::string>& overrides);

// The tree of a YAML file, or an empty map without a name.
Value read_settings_file(const std::string& path);

}  // namespace saker

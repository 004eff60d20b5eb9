// YAML text as a settings tree.
#pragma once

#include <filesystem>
#include <string>

#include "saker/value.hpp"

namespace saker {

// Scalars are typed by YAML 1.2's core schema: null, true/false, integers, floats, text otherwise;
// quoted scalars are text. Plain integer keys of a map become integer keys. Throws Error (usage)
// naming `source` and the line of a syntax error, of a duplicate key, and of nesting deeper
// than 64.
Value parse_yaml(const std::string& text, const std::string& source);
Value read_yaml_file(const std::filesystem::path& path);

}  // namespace saker

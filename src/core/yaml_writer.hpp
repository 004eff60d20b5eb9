// A settings tree as YAML text.
#pragma once

#include <string>

#include "saker/value.hpp"

namespace saker {

// Block style; lists of scalars on one line. parse_yaml() of the text gives the same tree.
std::string to_yaml(const Value& value);

}  // namespace saker

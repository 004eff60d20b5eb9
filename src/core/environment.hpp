// Environment variables.
#pragma once

#include <optional>
#include <string>

namespace saker {

// Of the process; an empty value counts as unset.
std::optional<std::string> environment(const char* name);

}  // namespace saker

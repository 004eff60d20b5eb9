// What a command says beside its result.
#pragma once

#include <string>
#include <vector>

namespace saker {

// One line each on standard error, with "warning: " before it.
void print_warnings(const std::vector<std::string>& warnings);

}  // namespace saker

#include "warnings.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace saker {

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "warning: {}\n", warning);
}

}  // namespace saker

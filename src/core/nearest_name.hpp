// Suggestions for misspelt names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace saker {

// Up to `count` of the known names nearest to `name` by edit distance, nearest first; those farther
// than half of its length (at least 2) are left out.
std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& known,
                                       std::size_t count = 1);

}  // namespace saker

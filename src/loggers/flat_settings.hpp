// Settings trees as flat lists, which is what trackers show.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// A number (booleans are 0 and 1) or a text.
using FlatSetting = std::variant<double, std::string>;

// Paths "a/b/c" in the order of the tree. null reads "None"; arrays and empty maps are their JSON
// text.
std::vector<std::pair<std::string, FlatSetting>> flatten_settings(const Value& settings);

}  // namespace saker

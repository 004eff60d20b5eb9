// Settings trees as flat lists, which is what trackers show.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// Visits what holds no further settings (values, arrays, empty maps) with its path "a/b/c", in the
// order of the tree. What is no map has none.
void for_each_setting(
    const Value& settings,
    const std::function<void(const std::string& path, const Value& value)>& visit);

// A number (booleans are 0 and 1) or a text.
using FlatSetting = std::variant<double, std::string>;

// In that order. null reads "None"; arrays and empty maps are their JSON text.
std::vector<std::pair<std::string, FlatSetting>> flatten_settings(const Value& settings);

}  // namespace saker

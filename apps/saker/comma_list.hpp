// Lists on the command line: "train,val" or "0,500,2900".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saker {

// The parts between commas; none of an empty text. An option that took several words would take
// the words after it too.
std::vector<std::string> comma_list(const std::string& text);

// The same as integers. Throws Error (usage) that names the option.
std::vector<std::int64_t> comma_list_of_integers(const std::string& option,
                                                 const std::string& text);

}  // namespace saker

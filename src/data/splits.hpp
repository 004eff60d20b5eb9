// The parts of a data set by their names.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace saker {

inline constexpr std::array<const char*, 3> kSplits = {"train", "val", "test"};

// Its place in kSplits. Throws Error (usage) for another name.
std::size_t split_index(const std::string& split);

}  // namespace saker

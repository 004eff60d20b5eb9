#include "data/splits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "saker/error.hpp"

namespace saker {

std::size_t split_index(const std::string& split) {
  const auto found = std::ranges::find(kSplits, split);
  if (found == kSplits.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("split '{}' is unknown; it is train, val or test", split));
  }
  return static_cast<std::size_t>(found - kSplits.begin());
}

}  // namespace saker

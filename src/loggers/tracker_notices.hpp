// How a tracker tells of its own troubles, which never end a training.
#pragma once

#include <functional>
#include <string>

namespace saker {

// Called from any thread.
struct TrackerNotices {
  std::function<void(const std::string&)> info = [](const std::string&) {};
  std::function<void(const std::string&)> warning = [](const std::string&) {};
};

}  // namespace saker

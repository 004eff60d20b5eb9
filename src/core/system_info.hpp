// The machine that this process runs on.
#pragma once

#include <cstdint>
#include <string>

namespace saker {

struct SystemInfo {
  std::string processor;          // as the system calls it; empty where it does not
  std::int64_t threads = 0;       // that the machine runs at once
  std::int64_t memory_bytes = 0;  // 0 where unknown
};

SystemInfo system_info();

}  // namespace saker

#include "core/system_info.hpp"

#include <unistd.h>

#include <fstream>
#include <thread>

namespace saker {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    return colon == std::string::npos ? std::string() : line.substr(colon + 2);
  }
  return {};
}

}  // namespace

SystemInfo system_info() {
  const auto pages = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::int64_t>(::sysconf(_SC_PAGE_SIZE));
  return {.processor = processor_name(),
          .threads = static_cast<std::int64_t>(std::thread::hardware_concurrency()),
          .memory_bytes = pages > 0 && page > 0 ? pages * page : 0};
}

}  // namespace saker

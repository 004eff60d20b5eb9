#include "distributed/slurm_hosts.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"

namespace saker {

std::string first_slurm_host(std::string_view list) {
  std::string host;
  std::size_t at = 0;
  // A name may hold several brackets, as in "rack[1-2]node[01-16]".
  while (at < list.size() && list[at] != ',') {
    if (list[at] != '[') {
      host += list[at++];
      continue;
    }
    const std::size_t close = list.find(']', at);
    if (close == std::string_view::npos) break;
    const std::string_view ranges = list.substr(at + 1, close - at - 1);
    const std::string_view first = ranges.substr(0, ranges.find_first_of("-,"));
    if (first.empty()) break;
    host += first;
    at = close + 1;
  }
  const bool is_whole = at == list.size() || list[at] == ',';
  if (host.empty() || !is_whole) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the environment variable SLURM_STEP_NODELIST must be a list of "
                            "machines but is '{}'; set MASTER_ADDR to the machine of rank 0",
                            list));
  }
  return host;
}

}  // namespace saker

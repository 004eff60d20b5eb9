// Slurm's short form of lists of machines, e.g. "gpu[003-007,9],login".
#pragma once

#include <string>
#include <string_view>

namespace saker {

// The first machine of the list. Throws Error (usage) for a text that is no such list.
std::string first_slurm_host(std::string_view list);

}  // namespace saker

// Where downloaded files are kept.
#pragma once

#include <filesystem>

namespace saker {

// The environment's SAKER_CACHE_DIR; otherwise saker/ in XDG_CACHE_HOME or in ~/.cache. The folder
// need not exist. Throws Error (usage) when no variable tells.
std::filesystem::path cache_folder();

}  // namespace saker

// Paths of settings, which are relative to the file that holds them.
#pragma once

#include <filesystem>
#include <string>

namespace saker {

// base_folder / path, absolute and with links resolved; what is not there stays as it is written.
inline std::string absolute_path(const std::filesystem::path& base_folder,
                                 const std::string& path) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(base_folder / path)).string();
}

}  // namespace saker

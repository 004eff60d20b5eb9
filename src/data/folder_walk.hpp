// All files under a folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace saker {

// Paths are relative to the folder, with '/'. Links to folders are followed; one that leads back to
// a folder it lies in is not.
struct FolderWalkEvents {
  // Everything that is no folder: hidden files, dangling links and special files among them.
  std::function<void(std::string relative)> file;
  // A folder that cannot be listed, or read to its end; `relative` is empty for the root. Not set:
  // an Error (io).
  std::function<void(const std::string& relative, const std::string& reason)> unreadable = {};
  std::function<void(const std::string& relative)> loop = {};
};

// In no particular order. A root that does not exist, or is no folder, holds nothing.
void walk_folder(const std::filesystem::path& root, const FolderWalkEvents& events);

}  // namespace saker

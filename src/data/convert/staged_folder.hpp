// A folder that appears whole or not at all: filled under the name NAME.partial beside it, then
// renamed.
#pragma once

#include <filesystem>

namespace saker {

class StagedFolder {
 public:
  // Makes the folders that it lies in. Throws Error: usage when the folder is there and not empty,
  // and when NAME.partial is there; io.
  explicit StagedFolder(const std::filesystem::path& folder);
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;
  // Removes what was not committed.
  ~StagedFolder();

  // To be filled.
  const std::filesystem::path& path() const noexcept { return partial_; }
  void commit();

 private:
  std::filesystem::path folder_, partial_;
  bool is_committed_ = false;
};

}  // namespace saker

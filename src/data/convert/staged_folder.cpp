#include "data/convert/staged_folder.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>

#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

void require_new_or_empty(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder, error)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is no folder; choose another out", folder.string()));
  }
  const bool empty = fs::is_empty(folder, error);
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("cannot look into {}: {}", folder.string(), error.message()));
  }
  if (!empty) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is not empty; choose another out", folder.string()));
  }
}

}  // namespace

StagedFolder::StagedFolder(const fs::path& folder) {
  if (folder.empty()) throw Error(ErrorKind::kUsage, "out is empty; name the folder to write");
  std::error_code error;
  folder_ = fs::weakly_canonical(fs::absolute(folder), error);
  require_new_or_empty(folder_);
  partial_ = folder_.string() + ".partial";
  fs::create_directories(folder_.parent_path(), error);
  if (fs::create_directory(partial_, error)) return;
  if (!error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is there: another conversion writes it, or was stopped; remove it",
                            partial_.string()));
  }
  throw Error(ErrorKind::kIo,
              fmt::format("cannot make {}: {}", partial_.string(), error.message()));
}

StagedFolder::~StagedFolder() {
  if (is_committed_) return;
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

void StagedFolder::commit() {
  std::error_code error;
  fs::rename(partial_, folder_, error);
  if (error) {
    throw Error(
        ErrorKind::kIo,
        fmt::format(
            "cannot rename {} to {}: {}", partial_.string(), folder_.string(), error.message()));
  }
  is_committed_ = true;
}

}  // namespace saker

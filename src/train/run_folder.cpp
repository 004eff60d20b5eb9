#include "train/run_folder.hpp"

#include <fmt/format.h>

#include <system_error>
#include <vector>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"

namespace saker {

void RunFolder::require_usable(const std::filesystem::path& path, bool overwrite, bool resume) {
  if (path.empty()) throw Error(ErrorKind::kUsage, "out is empty; name a folder for the run");
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    throw Error(ErrorKind::kUsage, fmt::format("out '{}' is a file; name a folder", path.string()));
  }
  if (std::filesystem::is_directory(status) && !std::filesystem::is_empty(path, error) &&
      !overwrite && !resume) {
    throw Error(ErrorKind::kUsage,
                fmt::format("out '{}' is not empty; choose another folder, or set overwrite to "
                            "write over it, or resume_interrupted to go on with "
                            "the run in it",
                            path.string()));
  }
}

void RunFolder::make() const {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error)
    throw Error(ErrorKind::kIo,
                fmt::format("out '{}' cannot be made: {}", path_.string(), error.message()));
}

void RunFolder::remove_leftovers() const {
  std::error_code ignored;
  for (const std::filesystem::path& folder :
       {path_, last_checkpoint().parent_path(), exported_last().parent_path(), image_examples()}) {
    std::vector<std::filesystem::path> leftovers;
    for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end;
         entry.increment(ignored)) {
      if (AtomicFile::is_leftover(entry->path())) leftovers.push_back(entry->path());
    }
    for (const std::filesystem::path& file : leftovers) std::filesystem::remove(file, ignored);
  }
}

}  // namespace saker

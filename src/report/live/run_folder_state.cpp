#include "report/live/run_folder_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace saker {
namespace {

void add_file(const std::filesystem::path& path, std::string& state) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return;
  const auto time = std::filesystem::last_write_time(path, error);
  state +=
      fmt::format("{} {} {}\n", path.filename().string(), bytes, time.time_since_epoch().count());
}

}  // namespace

std::string run_folder_state(const std::filesystem::path& folder) {
  std::string state;
  for (const char* name :
       {"config.yaml", "metrics.jsonl", "best_validation.json", "system.json", "train.log"})
    add_file(folder / name, state);
  std::vector<std::filesystem::path> pictures;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder / "image_examples", error), end;
       !error && entry != end;
       entry.increment(error))
    pictures.push_back(entry->path());
  std::sort(pictures.begin(), pictures.end());
  for (const std::filesystem::path& picture : pictures) add_file(picture, state);
  return state;
}

}  // namespace saker

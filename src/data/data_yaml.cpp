#include "data/data_yaml.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace saker {
namespace {

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

bool has_yaml_name(const std::filesystem::path& path) {
  const std::string extension = lower_case(path.extension().string());
  return extension == ".yaml" || extension == ".yml";
}

std::optional<std::filesystem::path> data_yaml_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (has_yaml_name(entry->path()) && entry->is_regular_file(error))
      files.push_back(entry->path());
  }
  std::ranges::sort(files);
  const auto named = std::ranges::find_if(files, [](const std::filesystem::path& file) {
    return lower_case(file.stem().string()) == "data";
  });
  if (named != files.end()) return *named;
  return files.size() == 1 ? std::optional(files.front()) : std::nullopt;
}

}  // namespace saker

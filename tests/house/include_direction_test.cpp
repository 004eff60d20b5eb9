// The shape of the house: includes between folders point downwards only, and nothing below the line
// includes LibTorch.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "core/file.hpp"

namespace saker {
namespace {

// From the top down; a folder may include itself and what stands after it.
const std::vector<std::string> kFolders = {"apps",
                                           "api",
                                           "train",
                                           "pretrain",
                                           "detectors",
                                           "backbones",
                                           "distributed",
                                           "nn",
                                           "weights",
                                           "export",
                                           "inference",
                                           "metrics",
                                           "transforms",
                                           "data",
                                           "image",
                                           "loggers",
                                           "report",
                                           "core"};
constexpr const char* kFirstBelowTheLine = "inference";

struct Include {
  std::filesystem::path file;
  std::string target;  // as written between the quotes or brackets
};

int rank_of(const std::string& folder) {
  const auto found = std::find(kFolders.begin(), kFolders.end(), folder);
  return found == kFolders.end() ? -1 : static_cast<int>(found - kFolders.begin());
}

std::optional<std::string> folder_of(const std::filesystem::path& file) {
  const std::filesystem::path root = SAKER_SOURCE_DIR;
  const auto relative = std::filesystem::relative(file, root);
  auto part = relative.begin();
  if (*part == "apps") return "apps";
  if (*part != "src") return std::nullopt;
  return (++part)->string();
}

std::vector<Include> includes_of(const std::filesystem::path& file) {
  static const std::regex kPattern(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re",
                                   std::regex::multiline);
  const std::string text = read_text_file(file);
  std::vector<Include> includes;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), kPattern);
       match != std::sregex_iterator();
       ++match) {
    includes.push_back({file, (*match)[1].str()});
  }
  return includes;
}

std::vector<Include> all_includes(const std::string& folder) {
  std::vector<Include> includes;
  const std::filesystem::path root = std::filesystem::path(SAKER_SOURCE_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".hpp" && extension != ".cpp") continue;
    for (Include& include : includes_of(entry.path())) includes.push_back(std::move(include));
  }
  return includes;
}

bool is_torch(const std::string& target) {
  return target.starts_with("torch/") || target.starts_with("ATen/") || target.starts_with("c10/");
}

TEST(House, IncludesBetweenFoldersPointDownwards) {
  std::size_t checked = 0;
  for (const char* root : {"src", "apps"}) {
    for (const Include& include : all_includes(root)) {
      const auto own = folder_of(include.file);
      const int target = rank_of(include.target.substr(0, include.target.find('/')));
      if (!own || include.target.find('/') == std::string::npos || target < 0) continue;
      ++checked;
      EXPECT_LE(rank_of(*own), target)
          << include.file << " includes " << include.target << ", which lies above " << *own;
    }
  }
  EXPECT_GT(checked, 100U);
}

TEST(House, EveryFolderIsKnown) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(SAKER_SOURCE_DIR) / "src")) {
    EXPECT_GE(rank_of(entry.path().filename().string()), 0)
        << entry.path() << " has no place in the house";
  }
}

TEST(House, NothingBelowTheLineIncludesLibTorch) {
  for (const Include& include : all_includes("src")) {
    const auto own = folder_of(include.file);
    if (own && rank_of(*own) >= rank_of(kFirstBelowTheLine)) {
      EXPECT_FALSE(is_torch(include.target)) << include.file << " includes " << include.target;
    }
  }
}

TEST(House, PublicHeadersIncludeOnlyTheStandardLibraryAndThemselves) {
  for (const Include& include : all_includes("include")) {
    if (include.file.filename() == "torch.hpp") continue;  // the one bridge for tensors
    const bool is_ours = include.target.starts_with("saker/");
    const bool is_standard = include.target.find('/') == std::string::npos &&
                             include.target.find('.') == std::string::npos;
    EXPECT_TRUE(is_ours || is_standard) << include.file << " includes " << include.target;
  }
}

TEST(House, FilesStayShort) {
  constexpr std::ptrdiff_t kLines = 400;
  for (const char* root : {"src", "apps", "include", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(SAKER_SOURCE_DIR) / root)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      const std::string text = read_text_file(entry.path());
      EXPECT_LE(std::count(text.begin(), text.end(), '\n'), kLines) << entry.path();
    }
  }
}

}  // namespace
}  // namespace saker

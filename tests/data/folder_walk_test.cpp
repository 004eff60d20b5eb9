#include "data/folder_walk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

TEST(FolderWalk, FilesAndLoops) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  for (const char* name : {"x", "a/.hidden", "a/b/y"}) std::ofstream(folder / name) << "";
  fs::create_symlink("nowhere", folder / "dangling");
  fs::create_directory_symlink(folder / "a", folder / "a/b/back");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  std::vector<std::string> files, loops;
  walk_folder(folder.path(),
              {.file = [&](std::string name) { files.push_back(std::move(name)); },
               .loop = [&](const std::string& name) { loops.push_back(name); }});
  std::ranges::sort(files);
  std::ranges::sort(loops);
  EXPECT_EQ(files,
            (std::vector<std::string>{
                "a/.hidden", "a/b/y", "dangling", "link/back/.hidden", "link/y", "x"}));
  EXPECT_EQ(loops, (std::vector<std::string>{"a/b/back", "link/back/b"}));
}

TEST(FolderWalk, ARootThatIsNotThereHoldsNothing) {
  const test::TemporaryFolder folder;
  walk_folder(folder / "none", {.file = [](std::string name) { ADD_FAILURE() << name; }});
}

}  // namespace
}  // namespace saker

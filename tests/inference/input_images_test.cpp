#include "inference/input_images.hpp"

#include <gtest/gtest.h>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

std::vector<std::string> relatives(const std::vector<InputImage>& images) {
  std::vector<std::string> names;
  for (const InputImage& image : images) names.push_back(image.relative);
  return names;
}

TEST(InputImages, FoldersAreWalkedAndPatternsExpanded) {
  const test::TemporaryFolder folder;
  for (const char* name : {"b.PNG", "a.jpg", "sub/c.webp", "notes.txt"})
    write_file_atomically(folder / name, "");
  EXPECT_EQ(relatives(find_input_images({folder.path().string()})),
            (std::vector<std::string>{"a.jpg", "b.PNG", "sub/c.webp"}));
  EXPECT_EQ(relatives(find_input_images({folder / "*.jpg", folder / "b.PNG"})),
            (std::vector<std::string>{"a.jpg", "b.PNG"}));
}

TEST(InputImages, NothingFoundIsAnErrorThatNamesIt) {
  const test::TemporaryFolder folder;
  for (const std::string& input :
       {(folder / "absent.jpg").string(), (folder / "*.jpg").string(), folder.path().string()}) {
    try {
      find_input_images({input});
      FAIL() << "no error for " << input;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kIo);
      EXPECT_TRUE(std::string(error.what()).starts_with(input)) << error.what();
    }
  }
}

}  // namespace
}  // namespace saker

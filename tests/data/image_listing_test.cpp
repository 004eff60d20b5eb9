#include "data/image_listing.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

void make_file(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

TEST(ImageListing, SortsBytewiseOverTheWholePath) {
  const test::TemporaryFolder folder;
  for (const char* name : {"b.jpg", "B.PNG", "a/z.webp", "a.jpg", "a/b/c.dcm", "a-b.bmp"}) {
    make_file(folder / name);
  }
  EXPECT_EQ(list_images(folder.path()).names,
            (Names{"B.PNG", "a-b.bmp", "a.jpg", "a/b/c.dcm", "a/z.webp", "b.jpg"}));
}

TEST(ImageListing, CountsOtherImageFormats) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.GIF", "b.avif", "c.txt", "d", "e.jpg.txt", ".png", "f.jpg"}) {
    make_file(folder / name);
  }
  const ImageListing listing = list_images(folder.path());
  EXPECT_EQ(listing.names, Names{"f.jpg"});
  EXPECT_EQ(listing.ignored_images, 2);
}

TEST(ImageListing, FollowsLinksButNotInCircles) {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder other;
  make_file(other / "linked.png");
  make_file(folder / "sub/a.png");
  fs::create_directory_symlink(other.path(), folder / "linkdir");
  fs::create_directory_symlink(folder.path(), folder / "sub/up");
  fs::create_symlink("nowhere.jpg", folder / "dangling.jpg");
  // The same folder by two ways is no circle.
  fs::create_directory_symlink(folder / "sub", folder / "twice");
  EXPECT_EQ(list_images(folder.path()).names,
            (Names{"dangling.jpg", "linkdir/linked.png", "sub/a.png", "twice/a.png"}));
}

TEST(ImageListing, AMissingFolderHoldsNothing) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(list_images(folder / "nowhere").names.empty());
  make_file(folder / "file");
  EXPECT_TRUE(list_images(folder / "file").names.empty());
}

TEST(ImageListing, Extensions) {
  EXPECT_EQ(file_extension("a/b.c/d"), "");
  EXPECT_EQ(file_extension("a/b.tar.png"), ".png");
  EXPECT_EQ(file_extension("a/.png"), "");
  EXPECT_EQ(file_extension(".hidden.png"), ".png");
  EXPECT_TRUE(has_image_extension("x.TiFf"));
  EXPECT_FALSE(has_image_extension("x.gif"));
}

}  // namespace
}  // namespace saker

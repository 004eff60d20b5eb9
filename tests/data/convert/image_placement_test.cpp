#include "data/convert/image_placement.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "error_message.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

class ImagePlacementTest : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_text(folder_ / "in/x/a.jpg", "picture");
    set_.splits.push_back({.split = "val", .folder = folder_ / "in", .images = {}});
    set_.splits[0].images.push_back({.path = folder_ / "in/x/a.jpg",
                                     .name = "x/a.jpg",
                                     .place = "",
                                     .size = {1, 1},
                                     .boxes = {}});
  }

  fs::path target() const { return folder_ / "out/images/val/x/a.jpg"; }

  test::TemporaryFolder folder_;
  ConversionSet set_;
};

TEST_F(ImagePlacementTest, CopiesAreFilesOfTheirOwn) {
  const PlacedImages placed = place_images(set_, folder_ / "out", ImagePlacement::kCopy);
  EXPECT_EQ(placed.copied, 1);
  EXPECT_EQ(placed.linked, 0);
  EXPECT_EQ(fs::hard_link_count(target()), 1U);
  EXPECT_EQ(read_text_file(target()), "picture");
}

TEST_F(ImagePlacementTest, HardLinksAreTheSameFile) {
  EXPECT_EQ(place_images(set_, folder_ / "out", ImagePlacement::kLink).linked, 1);
  EXPECT_EQ(fs::hard_link_count(target()), 2U);
  EXPECT_FALSE(fs::is_symlink(target()));
}

TEST_F(ImagePlacementTest, LinksLeadToTheFileItself) {
  fs::create_symlink(folder_ / "in/x/a.jpg", folder_ / "in/link.jpg");
  set_.splits[0].images[0].path = folder_ / "in/link.jpg";
  EXPECT_EQ(place_images(set_, folder_ / "out", ImagePlacement::kSymlink).linked, 1);
  EXPECT_EQ(fs::read_symlink(target()), fs::canonical(folder_ / "in/x/a.jpg"));
}

TEST_F(ImagePlacementTest, NoneWritesNothing) {
  place_images(set_, folder_ / "out", ImagePlacement::kNone);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(ImagePlacementTest, AnImageThatIsNotThereIsAnError) {
  fs::remove(folder_ / "in/x/a.jpg");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kIo,
                       [&] { place_images(set_, folder_ / "out", ImagePlacement::kCopy); }),
      "x/a.jpg"));
}

}  // namespace
}  // namespace saker

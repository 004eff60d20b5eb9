#include "data/known_labels.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "data/data_settings.hpp"
#include "error_message.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class KnownLabelsTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }

  test::TemporaryFolder folder_;
};

TEST_F(KnownLabelsTest, StandInTheFolderOfLabelsOrBesideTheImage) {
  const std::string image = write("images/x/images/val/a.jpg", "");
  write("images/x/labels/val/a.txt", "7 0.5 0.5 0.5 0.25\n");
  const std::string beside = write("b.png", "");
  write("b.txt", "");
  const auto labels = KnownLabels().find(image, 200, 100);
  ASSERT_TRUE(labels);
  EXPECT_EQ(labels->labels, std::vector<std::int64_t>{7});
  EXPECT_EQ(labels->bboxes[0], (Box{50, 37.5, 150, 62.5}));
  EXPECT_TRUE(labels->scores.empty());
  const auto none = KnownLabels().find(beside, 10, 10);
  ASSERT_TRUE(none);  // an image without objects
  EXPECT_TRUE(none->empty());
  EXPECT_FALSE(KnownLabels().find(write("c.png", ""), 10, 10));
}

TEST_F(KnownLabelsTest, OfADataSetAreFoundByTheImageWhateverItsPath) {
  const std::string image = write("images/val/a.jpg", "");
  write("labels/val/a.txt", "5 0.5 0.5 1 1\n");
  write("images/train/b.jpg", "");
  write("labels/train/b.txt", "2 0.5 0.5 1 1\n");
  const DataArgs data = resolve_data({.path = folder_.path().string(),
                                      .train = "images/train",
                                      .val = "images/val",
                                      .names = {{5, "five"}, {2, "two"}}})
                            .args;
  const KnownLabels labels(data);
  const auto found = labels.find(folder_ / "images/../images/val/a.jpg", 10, 10);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->labels, std::vector<std::int64_t>{5});
  EXPECT_EQ(labels.find(folder_ / "images/train/b.jpg", 10, 10)->labels,
            std::vector<std::int64_t>{2});
  EXPECT_FALSE(labels.find(write("other.jpg", ""), 10, 10));
}

TEST_F(KnownLabelsTest, ThatCannotBeReadAreNamedWithTheirLine) {
  const std::string image = write("a.jpg", "");
  write("a.txt", "0 0.5 0.5 1 1\n0 0.5 x 1 1\n");
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { KnownLabels().find(image, 10, 10); });
  EXPECT_NE(message.find("a.txt:2"), std::string::npos) << message;
}

}  // namespace
}  // namespace saker

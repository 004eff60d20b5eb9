#include "data/convert/voc_input.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "voc_set.hpp"

namespace saker {
namespace {

using test::VocSet;

TEST(VocInput, ListsTellTheSplitsAndNamesAreSorted) {
  VocSet set;
  set.add("a", {"zebra", "cat"});
  set.add("b", {"dog"});
  set.add("c", {});
  set.add("left_out", {"cow"});
  set.list("train", "a\n\nb  1 \nleft_out -1\n");
  set.list("val", "c\r\n");
  const ConversionSet found = read_voc_input(set.root(), {});
  EXPECT_EQ(found.classes, (ClassNames{{0, "cat"}, {1, "dog"}, {2, "zebra"}}));
  ASSERT_EQ(found.splits.size(), 2U);
  EXPECT_EQ(found.splits[0].split, "train");
  EXPECT_EQ(found.splits[0].folder, (set.root() / "JPEGImages").string());
  ASSERT_EQ(found.splits[0].images.size(), 2U);
  const ConvertedImage& a = found.splits[0].images[0];
  EXPECT_EQ(a.name, "a.png");
  EXPECT_EQ(a.size, (PixelSize{40, 30}));
  ASSERT_EQ(a.boxes.size(), 2U);
  EXPECT_EQ(a.boxes[0].class_id, 2);
  EXPECT_EQ(a.boxes[1].class_id, 0);
  EXPECT_EQ(a.boxes[0].box, (PixelBox{4, 5, 10, 10}));
  EXPECT_EQ(found.splits[0].images[1].boxes.at(0).class_id, 1);
  EXPECT_TRUE(found.splits[1].images.at(0).boxes.empty());
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_TRUE(test::contains(found.warnings[0], "1 image in ")) << found.warnings[0];
}

TEST(VocInput, TrainvalStandsForATrainListThatIsNotThere) {
  VocSet set;
  set.add("a", {"cat"});
  set.list("trainval", "a\n");
  const ConversionSet found = read_voc_input(set.root(), {});
  ASSERT_EQ(found.splits.size(), 1U);
  EXPECT_EQ(found.splits[0].split, "train");
}

TEST(VocInput, FilesBesideTheirImagesAreOneSplit) {
  VocSet set(false);
  set.add("x/a", {"cat"});
  set.add("b", {"dog"});
  const ConversionSet found = read_voc_input(set.root(), {"dog", "cat", "bird"});
  EXPECT_EQ(found.classes, (ClassNames{{0, "dog"}, {1, "cat"}, {2, "bird"}}));
  ASSERT_EQ(found.splits.size(), 1U);
  ASSERT_EQ(found.splits[0].images.size(), 2U);
  EXPECT_EQ(found.splits[0].images[1].name, "x/a.png");
  EXPECT_EQ(found.splits[0].images[1].boxes.at(0).class_id, 1);
}

TEST(VocInput, AnImageOfAnotherNameThanTheFileSaysIsFoundByTheNameOfTheXml) {
  VocSet set;
  set.add("a", {"cat"});
  set.list("train", "a\n");
  test::write_text(set.root() / "Annotations/a.xml", VocSet::xml("renamed.jpg", {"cat"}));
  EXPECT_EQ(read_voc_input(set.root(), {}).splits[0].images[0].name, "a.png");
}

TEST(VocInput, ErrorsNameTheFileAndTheLine) {
  VocSet set;
  set.add("a", {"cat", "dog"});
  set.list("train", "a\n");
  EXPECT_TRUE(test::message_of(ErrorKind::kData, [&] {
                read_voc_input(set.root(), {"cat"});
              }).ends_with("Annotations/a.xml:5: class 'dog' is not among the classes cat"));
  test::message_of(ErrorKind::kUsage, [&] { read_voc_input(set.root(), {"cat", "cat"}); });
  set.list("train", "a\nmissing\n");
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { read_voc_input(set.root(), {}); });
  EXPECT_TRUE(test::contains(message, "ImageSets/Main/train.txt:2: ")) << message;
  EXPECT_TRUE(message.ends_with("Annotations/missing.xml is not there")) << message;
  set.list("train", "a\n");
  std::filesystem::remove(set.root() / "JPEGImages/a.png");
  EXPECT_TRUE(
      test::contains(test::message_of(ErrorKind::kData, [&] { read_voc_input(set.root(), {}); }),
                     "a.xml: neither its <filename> 'a.png' nor an image of its own name is in "));
}

}  // namespace
}  // namespace saker

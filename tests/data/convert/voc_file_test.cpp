#include "data/convert/voc_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "error_message.hpp"

namespace saker {
namespace {

constexpr const char* kChair = R"(<?xml version="1.0"?>
<annotation>
  <filename>some/folder/a.jpg</filename>
  <size><width>500</width><height> 375
  </height><depth>3</depth></size>
  <object>
    <name> chair </name>
    <difficult>1</difficult>
    <bndbox><xmin>263</xmin><ymin>211</ymin><xmax>324</xmax><ymax>339.5</ymax></bndbox>
    <part><name>leg</name></part>
  </object>
  <object><name>dining table</name>
    <bndbox><ymax>10</ymax><ymin>1</ymin><xmax>20</xmax><xmin>1</xmin></bndbox>
  </object>
</annotation>
)";

std::string replaced(std::string text, const std::string& old, const std::string& by) {
  return text.replace(text.find(old), old.size(), by);
}

std::string error_of(const std::string& text) {
  return test::message_of(ErrorKind::kData, [&] { parse_voc(text, "a.xml"); });
}

TEST(VocFile, CornersCountFromOneAndBelongToTheBox) {
  const VocFile file = parse_voc(kChair, "a.xml");
  EXPECT_EQ(file.file_name, "a.jpg");
  EXPECT_EQ(file.size, (PixelSize{500, 375}));
  ASSERT_EQ(file.objects.size(), 2U);
  EXPECT_EQ(file.objects[0].name, "chair");
  EXPECT_EQ(file.objects[0].box, (PixelBox{262, 210, 62, 129.5}));
  EXPECT_TRUE(file.objects[0].is_difficult);
  EXPECT_EQ(file.objects[0].line, 6);
  // A box over all of its image.
  EXPECT_EQ(file.objects[1].name, "dining table");
  EXPECT_EQ(file.objects[1].box, (PixelBox{0, 0, 20, 10}));
  EXPECT_FALSE(file.objects[1].is_difficult);
  EXPECT_EQ(file.objects[1].line, 12);
}

TEST(VocFile, AFileWithoutObjectsIsANegative) {
  const VocFile file =
      parse_voc("<annotation><size><width>2</width><height>1</height></size></annotation>", "a");
  EXPECT_TRUE(file.objects.empty());
  EXPECT_EQ(file.file_name, "");
}

TEST(VocFile, ErrorsNameTheFileAndTheLine) {
  EXPECT_TRUE(
      error_of(replaced(kChair, "</object>", "</objekt>")).starts_with("a.xml:11: is no XML"))
      << error_of(replaced(kChair, "</object>", "</objekt>"));
  EXPECT_TRUE(error_of("").starts_with("a.xml:1: is no XML"));
  EXPECT_EQ(error_of("<html/>"),
            "a.xml:1: its root is <html>, but that of Pascal VOC is <annotation>");
  EXPECT_EQ(error_of(replaced(kChair, "size>", "dims>")),
            "a.xml:5: is no XML: Start-end tags mismatch");
  EXPECT_EQ(error_of("<annotation>\n</annotation>"), "a.xml:1: <annotation> has no <size>");
  EXPECT_EQ(error_of(replaced(kChair, "<width>500", "<width>0")),
            "a.xml:4: <width> of <size> must be a whole number of pixels, at least 1, but is 0");
  EXPECT_EQ(error_of(replaced(kChair, "<xmin>263", "<xmin>2b3")),
            "a.xml:9: <xmin> must be a number but is '2b3'");
  EXPECT_EQ(error_of(replaced(kChair, "<xmin>263</xmin>", "")), "a.xml:9: <bndbox> has no <xmin>");
  EXPECT_EQ(error_of(replaced(kChair, "<ymax>339.5", "<ymax>nan")),
            "a.xml:9: <ymax> must be a number but is 'nan'");
  EXPECT_EQ(error_of(replaced(kChair, "<name> chair </name>", "<name/>")),
            "a.xml:7: <name> is empty");
  EXPECT_EQ(error_of(replaced(kChair, "<name> chair </name>", "")),
            "a.xml:6: <object> has no <name>");
}

TEST(VocFile, EntitiesOfTheFileItselfAreNotExpanded) {
  const std::string bomb =
      "<!DOCTYPE a [<!ENTITY b \"chair\">]><annotation><size><width>2</width><height>1</height>"
      "</size><object><name>&b;</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax>"
      "<ymax>1</ymax></bndbox></object></annotation>";
  EXPECT_EQ(parse_voc(bomb, "a.xml").objects.at(0).name, "&b;");
}

}  // namespace
}  // namespace saker

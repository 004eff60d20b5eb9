#include <gtest/gtest.h>

#include <algorithm>

#include "core/file.hpp"
#include "saker/data_check.hpp"
#include "saker/error.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++found;
  return found;
}

std::string page_of(const test::SmallSet& set) {
  const std::filesystem::path path = set.root() / "page.html";
  write_data_check_page(path.string(), set.check({"train"}));
  return read_text_file(path);
}

TEST(CheckPage, ShowsPicturesOfWhatWasFound) {
  test::SmallSet set;
  set.add_good("train", 3);
  set.add_label("train/good0.txt", "0 0.9 0.5 0.5 0.5\n");
  set.add_label("train/good1.txt", "0 0.9 0.5 0.5 0.5\n0 0.1 0.5 0.5 0.5\n");
  const std::string page = page_of(set);
  // One an image, though one of them has two findings.
  EXPECT_EQ(count(page, "<figure>"), 2U);
  EXPECT_EQ(count(page, "data:image/jpeg;base64,"), 2U);
  EXPECT_NE(page.find("id=\"warning-box-clipped\""), std::string::npos);
  EXPECT_NE(page.find(">cat</div>"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("http"), page.find("http-equiv"));
}

TEST(CheckPage, NamesFromDiskAreText) {
  test::SmallSet set;
  set.data.names = {{0, "<script>alert(1)</script>"}, {1, "dog"}};
  set.add_good("train", 2);
  set.add_image("train/<img src=x onerror=alert(2)>.jpg");
  set.add_label("train/<img src=x onerror=alert(2)>.txt", "0 0.9 0.5 0.5 0.5\n<b> 1 1 1 1\n");
  const std::string page = page_of(set);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img src=x"), std::string::npos);
  EXPECT_EQ(page.find("<b> 1"), std::string::npos);
  EXPECT_NE(page.find("&lt;img src=x onerror=alert(2)&gt;.jpg"), std::string::npos);
}

TEST(CheckPage, LabelsOfTheStoredImageAreShownBothWays) {
  test::SmallSet set;
  set.add_turned_phone();
  const std::string page = page_of(set);
  EXPECT_EQ(count(page, "(upright, as trained)"), 1U);
  EXPECT_EQ(count(page, "(as stored)"), 1U);
}

TEST(CheckPage, StaysOfAReadableSize) {
  test::SmallSet set;
  for (int i = 0; i < 130; ++i) {
    const std::string stem = "train/a" + std::to_string(i);
    set.add_image(stem + ".png", 32, 32);
    set.add_label(stem + ".txt", "0 2 2 0.1 0.1\n");
  }
  const std::string page = page_of(set);
  EXPECT_NE(page.find("The first 100 of 130"), std::string::npos);
  EXPECT_LE(count(page, "<figure>"), 16U);
}

TEST(CheckPage, AFolderThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(write_data_check_page("/proc/none/page.html", DataCheckReport()), Error);
}

}  // namespace
}  // namespace saker

#include "image/draw/stroke_glyphs.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace saker {
namespace {

TEST(StrokeGlyphs, EveryPrintableCharacterHasADrawingOfItsOwn) {
  std::set<std::string_view> paths;
  for (char32_t c = U'!'; c <= U'~'; ++c) {
    const StrokeGlyph& glyph = stroke_glyph(c);
    EXPECT_FALSE(glyph.path.empty()) << static_cast<int>(c);
    EXPECT_TRUE(paths.insert(glyph.path).second) << static_cast<int>(c);
  }
  EXPECT_TRUE(stroke_glyph(U' ').path.empty());
}

TEST(StrokeGlyphs, PathsHoldOnlyKnownCommandsWithTheirNumbers) {
  for (char32_t c = U' '; c <= U'~'; ++c) {
    int numbers_left = 0;
    const std::string path(stroke_glyph(c).path);
    std::size_t at = 0;
    while (at < path.size()) {
      if (path[at] == ' ') {
        ++at;
      } else if (std::string("MLHVCP").find(path[at]) != std::string::npos) {
        ASSERT_EQ(numbers_left, 0) << path;
        numbers_left = path[at] == 'C' ? 6 : 2;
        ++at;
      } else {
        std::size_t used = 0;
        const int value = std::stoi(path.substr(at), &used);
        EXPECT_GE(value, -25) << path;
        EXPECT_LE(value, 80) << path;
        --numbers_left;
        at += used;
      }
    }
    EXPECT_EQ(numbers_left, 0) << path;
    EXPECT_TRUE(path.empty() || path[0] == 'M' || path[0] == 'P') << path;
  }
}

TEST(StrokeGlyphs, MarksAreDroppedAndOtherScriptsAreBoxes) {
  EXPECT_EQ(stroke_glyph(U'é').path, stroke_glyph(U'e').path);
  EXPECT_EQ(stroke_glyph(U'Ž').path, stroke_glyph(U'Z').path);
  EXPECT_EQ(stroke_glyph(U'–').path, stroke_glyph(U'-').path);
  EXPECT_EQ(stroke_glyph(U'猫').path, stroke_glyph(U'犬').path);
  EXPECT_EQ(stroke_glyph(U'\x01').path, stroke_glyph(U'猫').path);
}

TEST(TakeCharacter, DecodesUtf8) {
  std::string_view text = "a\xC3\xA9\xE7\x8C\xAB\xF0\x9F\x98\x80";
  EXPECT_EQ(take_character(text), U'a');
  EXPECT_EQ(take_character(text), U'é');
  EXPECT_EQ(take_character(text), U'猫');
  EXPECT_EQ(take_character(text), U'😀');
  EXPECT_TRUE(text.empty());
}

TEST(TakeCharacter, MalformedBytesAreTakenOneByOne) {
  std::string_view text = "\xC3x\x80\xFF\xE7\x8C";
  EXPECT_EQ(take_character(text), char32_t{0xFFFD});
  EXPECT_EQ(take_character(text), U'x');
  for (int i = 0; i < 4; ++i) EXPECT_EQ(take_character(text), char32_t{0xFFFD});
  EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace saker

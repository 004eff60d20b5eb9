// The drawings of the characters.
#pragma once

#include <string_view>

namespace saker {

// Units are hundredths of the em: capitals are 70 high, small letters 50, descenders reach -20; y
// points up from the baseline. A path is a list of commands with absolute coordinates:
//   M x y          begin a stroke         L x y   straight to
//   H x y, V x y   quarter of an oval that leaves horizontally, or vertically
//   C a b c d x y  cubic Bezier           P x y   a dot
struct StrokeGlyph {
  int width = 0;  // of the strokes' middle lines, from 0
  std::string_view path;
};

// The glyph of a Unicode character; a box where there is none.
const StrokeGlyph& stroke_glyph(char32_t character);

// The next character of UTF-8 text, which is removed from it; U+FFFD for a malformed byte. Requires
// text not empty.
char32_t take_character(std::string_view& text);

}  // namespace saker

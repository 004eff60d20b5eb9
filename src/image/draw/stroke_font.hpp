// Saker's own typeface: text as strokes, so that pictures need no installed font and look the same
// on every machine at every size.
//
// ASCII has glyphs of its own, Latin letters with marks lose the mark, other characters are shown
// as a box.
#pragma once

#include <string_view>

#include "image/draw/canvas.hpp"

namespace saker {

// As fractions of the font size.
inline constexpr double kCapHeight = 0.70;
inline constexpr double kAscent = 0.78;   // above the baseline
inline constexpr double kDescent = 0.22;  // below it

// The advance of one line of UTF-8 text, in the unit of `size` (the em).
double text_width(std::string_view text, double size);

// Strokes the text in the context's colour; x is where the line begins, `baseline` the y of its
// letters' feet. weight: thickness of the strokes as a fraction of the size.
void draw_text(CairoContext* context,
               std::string_view text,
               double x,
               double baseline,
               double size,
               double weight = 0.105);

}  // namespace saker

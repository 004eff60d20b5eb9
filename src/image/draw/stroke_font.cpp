#include "image/draw/stroke_font.hpp"

#include <cairo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <numbers>

#include "image/draw/stroke_glyphs.hpp"

namespace saker {
namespace {

// On each side of a glyph's middle lines, in hundredths of the em.
constexpr double kBearing = 9.5;

// Control points of a quarter oval; 0.5523 is a circle, a little more looks sturdier at small
// sizes.
constexpr double kRoundness = 0.60;

// Of the circle that is stroked for a dot.
constexpr double kDotRadius = 1.6;

struct Point {
  double x = 0, y = 0;
};

class GlyphPen {
 public:
  GlyphPen(CairoContext* context, double x, double baseline, double scale)
      : context_(context), x_(x), baseline_(baseline), scale_(scale) {}

  void trace(std::string_view path) {
    const char* at = path.data();
    const char* const end = at + path.size();
    while (at != end) {
      const char command = *at++;
      std::array<double, 6> values{};
      const std::size_t count = command == 'C' ? 6 : 2;
      for (std::size_t i = 0; i < count; ++i) {
        while (at != end && *at == ' ') ++at;
        int value = 0;
        at = std::from_chars(at, end, value).ptr;
        values[i] = value;
      }
      while (at != end && *at == ' ') ++at;
      apply(command, values);
    }
  }

 private:
  void apply(char command, const std::array<double, 6>& v) {
    const Point to = command == 'C' ? Point{v[4], v[5]} : Point{v[0], v[1]};
    const double dx = (to.x - last_.x) * kRoundness;
    const double dy = (to.y - last_.y) * kRoundness;
    switch (command) {
      case 'M':
        cairo_move_to(context_, x(to.x), y(to.y));
        break;
      case 'L':
        cairo_line_to(context_, x(to.x), y(to.y));
        break;
      case 'H':
        curve({last_.x + dx, last_.y}, {to.x, to.y - dy}, to);
        break;
      case 'V':
        curve({last_.x, last_.y + dy}, {to.x - dx, to.y}, to);
        break;
      case 'C':
        curve({v[0], v[1]}, {v[2], v[3]}, to);
        break;
      default:  // a dot, somewhat wider than a stroke
        cairo_new_sub_path(context_);
        cairo_arc(context_, x(to.x), y(to.y), kDotRadius * scale_, 0, 2 * std::numbers::pi);
        cairo_close_path(context_);
        break;
    }
    last_ = to;
  }

  void curve(Point a, Point b, Point to) {
    cairo_curve_to(context_, x(a.x), y(a.y), x(b.x), y(b.y), x(to.x), y(to.y));
  }

  double x(double value) const { return x_ + value * scale_; }
  double y(double value) const { return baseline_ - value * scale_; }

  CairoContext* context_;
  double x_, baseline_, scale_;
  Point last_;
};

double advance(const StrokeGlyph& glyph) { return glyph.width + 2 * kBearing; }

}  // namespace

double text_width(std::string_view text, double size) {
  double width = 0;
  while (!text.empty()) width += advance(stroke_glyph(take_character(text)));
  return width * size / 100;
}

void draw_text(CairoContext* context,
               std::string_view text,
               double x,
               double baseline,
               double size,
               double weight) {
  cairo_save(context);
  cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(context, nullptr, 0, 0);
  // Thinner lines than a pixel fade.
  cairo_set_line_width(context, std::max(weight * size, 1.1));
  const double scale = size / 100;
  double pen = x;
  cairo_new_path(context);
  while (!text.empty()) {
    const StrokeGlyph& glyph = stroke_glyph(take_character(text));
    GlyphPen(context, pen + kBearing * scale, baseline, scale).trace(glyph.path);
    pen += advance(glyph) * scale;
  }
  cairo_stroke(context);
  cairo_restore(context);
}

}  // namespace saker

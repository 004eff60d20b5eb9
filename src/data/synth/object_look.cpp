#include "data/synth/object_look.hpp"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace saker {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kHalfCrate = 0.82;
constexpr double kStarInner = 0.46;

// Coordinates of the object: the centre is 0, the radius 1, upright.
class ObjectFrame {
 public:
  ObjectFrame(CairoContext* context, const ObjectLook& look) : context_(context) {
    cairo_save(context);
    cairo_translate(context, look.x, look.y);
    cairo_rotate(context, look.angle);
    cairo_scale(context, look.radius, look.radius);
  }
  ObjectFrame(const ObjectFrame&) = delete;
  ObjectFrame& operator=(const ObjectFrame&) = delete;
  ~ObjectFrame() { cairo_restore(context_); }

 private:
  CairoContext* context_;
};

void polygon(CairoContext* context, std::initializer_list<std::array<double, 2>> points) {
  cairo_new_sub_path(context);
  for (const auto& [x, y] : points) cairo_line_to(context, x, y);
  cairo_close_path(context);
}

std::array<double, 2> star_point(int index) {
  const double radius = index % 2 == 0 ? 1.0 : kStarInner;
  const double angle = kTurn * (index / 10.0 - 0.25);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

void silhouette(CairoContext* context, SynthClass kind) {
  cairo_new_path(context);
  switch (kind) {
    case SynthClass::kBall:
      cairo_arc(context, 0, 0, 1, 0, kTurn);
      break;
    case SynthClass::kCrate:
      rounded_rectangle(context, -kHalfCrate, -kHalfCrate, 2 * kHalfCrate, 2 * kHalfCrate, 0.05);
      break;
    case SynthClass::kCone:
      polygon(context,
              {{-0.13, -1},
               {0.13, -1},
               {0.6, 0.74},
               {0.86, 0.74},
               {0.86, 0.98},
               {-0.86, 0.98},
               {-0.86, 0.74},
               {-0.6, 0.74}});
      break;
    case SynthClass::kStar:
      for (int i = 0; i < 10; ++i) cairo_line_to(context, star_point(i)[0], star_point(i)[1]);
      cairo_close_path(context);
      break;
  }
}

Rgb tone(const ObjectLook& look, double value_factor, double saturation_factor = 1) {
  return hsv_to_rgb(look.hue,
                    std::clamp(look.saturation * saturation_factor, 0.0, 1.0),
                    std::clamp(look.value * value_factor, 0.0, 1.0));
}

// Patterns are painted inside of the silhouette, which is the clip.

void paint_ball(CairoContext* context, const ObjectLook& look) {
  constexpr Rgb kPale = {244, 240, 230};
  set_color(context, look.variant == 1 ? tone(look, 1) : kPale);
  cairo_paint(context);
  if (look.variant == 1) {  // a broad pale band
    set_color(context, kPale);
    cairo_rectangle(context, -1.1, -0.3, 2.2, 0.6);
    cairo_fill(context);
    return;
  }
  const int sectors = look.variant == 0 ? 3 : 4;
  const double pole = 0.28;
  for (int i = 0; i < sectors; ++i) {
    set_color(context, i % 2 == 0 ? tone(look, 1) : tone(look, 0.72));
    cairo_move_to(context, pole, -pole);
    cairo_arc(context, pole, -pole, 2, kTurn * i / sectors, kTurn * (i + 0.5) / sectors);
    cairo_close_path(context);
    cairo_fill(context);
  }
  set_color(context, kPale);
  cairo_arc(context, pole, -pole, 0.14, 0, kTurn);
  cairo_fill(context);
}

void paint_crate(CairoContext* context, const ObjectLook& look) {
  set_color(context, tone(look, 0.85));
  cairo_paint(context);
  cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT);
  set_color(context, tone(look, 0.5));
  cairo_set_line_width(context, 0.045);
  for (int board = 1; board < 5; ++board) {
    const double x = kHalfCrate * (board * 0.4 - 1);
    cairo_move_to(context, x, -1);
    cairo_line_to(context, x, 1);
  }
  cairo_stroke(context);
  // Braces over the boards, each with a dark edge, then the frame.
  for (const auto& [factor, width] : {std::pair{0.5, 0.3}, std::pair{1.1, 0.23}}) {
    set_color(context, tone(look, factor));
    cairo_set_line_width(context, width);
    if (look.variant != 2) {
      cairo_move_to(context, -kHalfCrate, kHalfCrate);
      cairo_line_to(context, kHalfCrate, -kHalfCrate);
    }
    if (look.variant == 1) {
      cairo_move_to(context, -kHalfCrate, -kHalfCrate);
      cairo_line_to(context, kHalfCrate, kHalfCrate);
    }
    cairo_stroke(context);
  }
  for (const auto& [factor, width] : {std::pair{0.5, 0.29}, std::pair{1.15, 0.22}}) {
    set_color(context, tone(look, factor));
    cairo_set_line_width(context, width * 2);
    cairo_rectangle(context, -kHalfCrate, -kHalfCrate, 2 * kHalfCrate, 2 * kHalfCrate);
    cairo_stroke(context);
  }
}

void paint_cone(CairoContext* context, const ObjectLook& look) {
  set_color(context, tone(look, 1));
  cairo_paint(context);
  set_color(context, {246, 246, 240});
  if (look.variant == 0) {
    cairo_rectangle(context, -1, -0.22, 2, 0.42);
  } else {
    cairo_rectangle(context, -1, -0.55, 2, 0.27);
    cairo_rectangle(context, -1, 0.02, 2, 0.32);
  }
  cairo_fill(context);
  set_color(context, look.variant == 2 ? Rgb{48, 48, 54} : tone(look, 0.7));
  cairo_rectangle(context, -1, 0.74, 2, 0.4);
  cairo_fill(context);
}

void paint_star(CairoContext* context, const ObjectLook& look) {
  set_color(context, tone(look, 1));
  cairo_paint(context);
  if (look.variant == 2) {  // a smaller star inside
    cairo_save(context);
    cairo_scale(context, 0.55, 0.55);
    silhouette(context, SynthClass::kStar);
    cairo_restore(context);
    set_color(context, tone(look, 1.1, 0.45));
    cairo_fill(context);
    return;
  }
  // Facets: each arm has a light and a dark side.
  for (int i = 0; i < 10; ++i) {
    const auto [x, y] = star_point(i);
    const auto [next_x, next_y] = star_point((i + 1) % 10);
    polygon(context, {{0, 0}, {x, y}, {next_x, next_y}});
    set_color(context,
              i % 2 == 0 ? tone(look, look.variant == 0 ? 0.72 : 0.85) : tone(look, 1.12, 0.8));
    cairo_fill(context);
  }
}

// Light from the upper left, whatever the object's angle.
void paint_shading(CairoContext* context, const ObjectLook& look) {
  const bool round = look.kind == SynthClass::kBall;
  const double r = look.radius;
  cairo_pattern_t* light =
      round ? cairo_pattern_create_radial(look.x - 0.4 * r,
                                          look.y - 0.45 * r,
                                          0.05 * r,
                                          look.x - 0.15 * r,
                                          look.y - 0.15 * r,
                                          1.25 * r)
            : cairo_pattern_create_linear(look.x - r, look.y - r, look.x + r, look.y + r);
  cairo_pattern_add_color_stop_rgba(light, 0, 1, 1, 1, round ? 0.55 : 0.2);
  cairo_pattern_add_color_stop_rgba(light, round ? 0.35 : 0.45, 1, 1, 1, 0);
  cairo_pattern_add_color_stop_rgba(light, 0.55, 0, 0, 0, 0);
  cairo_pattern_add_color_stop_rgba(light, 1, 0, 0, 0, round ? 0.5 : 0.3);
  cairo_set_source(context, light);
  cairo_paint(context);
  cairo_pattern_destroy(light);
}

void paint_shadow(CairoContext* context, const ObjectLook& look) {
  for (int layer = 1; layer <= 4; ++layer) {
    ObjectLook shadow = look;
    shadow.x += 0.035 * look.radius * layer;
    shadow.y += 0.05 * look.radius * layer;
    shadow.radius *= 1 + 0.015 * layer;
    trace_silhouette(context, shadow);
    set_color(context, {0, 0, 0}, 0.1);
    cairo_fill(context);
  }
}

}  // namespace

ObjectLook random_object(SynthClass kind, double x, double y, double radius, RandomStream& draws) {
  ObjectLook look = {.kind = kind, .x = x, .y = y, .radius = radius};
  const bool usual = draws.uniform() < 0.8;
  const double any_hue = draws.uniform();
  double hue = 0;
  look.angle = draws.uniform(0, kTurn);
  look.saturation = draws.uniform(0.7, 0.95);
  look.value = draws.uniform(0.75, 1.0);
  switch (kind) {
    case SynthClass::kBall:
      hue = draws.uniform(0.52, 0.66);
      break;
    case SynthClass::kCrate:
      hue = draws.uniform(0.06, 0.11);
      look.saturation = draws.uniform(0.4, 0.65);
      look.value = draws.uniform(0.55, 0.85);
      break;
    case SynthClass::kCone:
      hue = draws.uniform(0.0, 0.065);
      look.angle = draws.uniform(-0.6, 0.6);
      break;
    case SynthClass::kStar:
      hue = draws.uniform(0.125, 0.17);
      break;
  }
  look.hue = usual ? hue : any_hue;
  look.variant = static_cast<int>(draws.uniform_int(0, 2));
  look.outlined = draws.uniform() < 0.5;
  return look;
}

void trace_silhouette(CairoContext* context, const ObjectLook& look) {
  const ObjectFrame frame(context, look);
  silhouette(context, look.kind);
}

void paint_object(CairoContext* context, const ObjectLook& look) {
  paint_shadow(context, look);
  cairo_save(context);
  trace_silhouette(context, look);
  cairo_clip(context);
  {
    const ObjectFrame frame(context, look);
    switch (look.kind) {
      case SynthClass::kBall:
        paint_ball(context, look);
        break;
      case SynthClass::kCrate:
        paint_crate(context, look);
        break;
      case SynthClass::kCone:
        paint_cone(context, look);
        break;
      case SynthClass::kStar:
        paint_star(context, look);
        break;
    }
  }
  paint_shading(context, look);
  if (look.outlined) {  // the clip keeps the inner half
    trace_silhouette(context, look);
    set_color(context, tone(look, 0.3));
    cairo_set_line_width(context, 0.13 * look.radius);
    cairo_stroke(context);
  }
  cairo_restore(context);
}

}  // namespace saker

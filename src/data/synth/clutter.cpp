#include "data/synth/clutter.hpp"

#include <cairo.h>

#include <numbers>

namespace saker {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

void outline(CairoContext* context, ClutterKind kind) {
  cairo_new_path(context);
  switch (kind) {
    case ClutterKind::kRod:
      rounded_rectangle(context, -0.97, -0.11, 1.94, 0.22, 0.11);
      break;
    case ClutterKind::kCross:
      for (const auto& [x, y] : {std::pair{-0.2, -0.9},
                                 {0.2, -0.9},
                                 {0.2, -0.2},
                                 {0.9, -0.2},
                                 {0.9, 0.2},
                                 {0.2, 0.2},
                                 {0.2, 0.9},
                                 {-0.2, 0.9},
                                 {-0.2, 0.2},
                                 {-0.9, 0.2},
                                 {-0.9, -0.2},
                                 {-0.2, -0.2}}) {
        cairo_line_to(context, x, y);
      }
      break;
    case ClutterKind::kCrescent:
      cairo_arc(context, 0, 0, 0.95, 0.25 * kTurn, 0.75 * kTurn);
      cairo_curve_to(context, -0.45, -0.6, -0.45, 0.6, 0, 0.95);
      break;
    case ClutterKind::kLeaf:
      cairo_move_to(context, -1, 0);
      cairo_curve_to(context, -0.4, -0.6, 0.4, -0.6, 1, 0);
      cairo_curve_to(context, 0.4, 0.6, -0.4, 0.6, -1, 0);
      break;
    case ClutterKind::kRing:
      cairo_arc(context, 0, 0, 0.95, 0, kTurn);
      cairo_new_sub_path(context);
      cairo_arc(context, 0, 0, 0.72, 0, kTurn);
      break;
  }
  cairo_close_path(context);
}

}  // namespace

ClutterLook random_clutter(double x, double y, double radius, RandomStream& draws) {
  ClutterLook look = {
      .kind = static_cast<ClutterKind>(draws.uniform_int(0, 4)), .x = x, .y = y, .radius = radius};
  look.angle = draws.uniform(0, kTurn);
  const double hue = draws.uniform();
  const double saturation = draws.uniform(0.1, 0.7);
  look.color = hsv_to_rgb(hue, saturation, draws.uniform(0.3, 0.9));
  return look;
}

void trace_clutter(CairoContext* context, const ClutterLook& look) {
  cairo_save(context);
  cairo_translate(context, look.x, look.y);
  cairo_rotate(context, look.angle);
  cairo_scale(context, look.radius, look.radius);
  outline(context, look.kind);
  cairo_restore(context);
  cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD);
}

void paint_clutter(CairoContext* context, const ClutterLook& look) {
  cairo_save(context);
  ClutterLook shadow = look;
  shadow.x += 0.06 * look.radius;
  shadow.y += 0.09 * look.radius;
  trace_clutter(context, shadow);
  set_color(context, {0, 0, 0}, 0.22);
  cairo_fill(context);
  trace_clutter(context, look);
  cairo_pattern_t* light = cairo_pattern_create_linear(
      look.x - look.radius, look.y - look.radius, look.x + look.radius, look.y + look.radius);
  const auto stop = [&](double at, double factor) {
    cairo_pattern_add_color_stop_rgb(light,
                                     at,
                                     look.color.red / 255.0 * factor,
                                     look.color.green / 255.0 * factor,
                                     look.color.blue / 255.0 * factor);
  };
  stop(0, 1.1);
  stop(1, 0.65);
  cairo_set_source(context, light);
  cairo_fill(context);
  cairo_pattern_destroy(light);
  cairo_restore(context);
}

}  // namespace saker

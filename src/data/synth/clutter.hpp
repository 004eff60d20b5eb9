// Things in a scene that belong to no class.
#pragma once

#include "core/random_stream.hpp"
#include "image/draw/canvas.hpp"

namespace saker {

enum class ClutterKind { kRod, kCross, kCrescent, kLeaf, kRing };

struct ClutterLook {
  ClutterKind kind = ClutterKind::kRod;
  double x = 0, y = 0;  // centre, pixels
  double radius = 0;    // pixels; no part is further than this from the centre
  double angle = 0;     // radians
  Rgb color = {};
};

ClutterLook random_clutter(double x, double y, double radius, RandomStream& draws);

// The outline as a path, to be filled with the even-odd rule.
void trace_clutter(CairoContext* context, const ClutterLook& look);

void paint_clutter(CairoContext* context, const ClutterLook& look);

}  // namespace saker

// The things that a detector learns on a synthetic set: ball, crate, cone and star.
#pragma once

#include <array>
#include <cstdint>

#include "core/random_stream.hpp"
#include "image/draw/canvas.hpp"

namespace saker {

enum class SynthClass : std::int64_t { kBall, kCrate, kCone, kStar };

// Names by class id.
inline constexpr std::array<const char*, 4> kSynthClassNames = {"ball", "crate", "cone", "star"};

// Everything that decides what one object looks like; painting draws no random numbers.
struct ObjectLook {
  SynthClass kind = SynthClass::kBall;
  double x = 0, y = 0;  // centre, pixels
  double radius = 0;    // pixels; no part is further than 1.35 radii from the centre
  double angle = 0;     // radians, clockwise
  double hue = 0, saturation = 0, value = 0;
  int variant = 0;  // 0..2, of the pattern
  bool outlined = false;
};

// Most objects have their class's usual colours, some have any.
ObjectLook random_object(SynthClass kind, double x, double y, double radius, RandomStream& draws);

// The outline as a path. It is all that the object covers.
void trace_silhouette(CairoContext* context, const ObjectLook& look);

// The object with a soft shadow below it.
void paint_object(CairoContext* context, const ObjectLook& look);

}  // namespace saker

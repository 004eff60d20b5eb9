// One drawn picture with its labels.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/random_stream.hpp"
#include "data/synth/object_look.hpp"
#include "data/synth/photo_effects.hpp"
#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

// At least this part of each labelled object is seen; what would show less is not drawn.
inline constexpr double kMinimumVisible = 0.4;

struct SceneSettings {
  std::int64_t width = 320, height = 240;         // pixels
  std::int64_t min_objects = 1, max_objects = 5;  // fewer are drawn where no room is found
  double min_size = 0.16, max_size = 0.55;        // of the image's shorter side
  std::int64_t max_clutter = 4;                   // things of no class
  double crowding = 0.15;                      // how many objects may hide much of others, [0, 1]
  std::optional<SynthClass> first_class = {};  // of the first object; random when absent
  std::optional<PhotoEffects> effects = {};    // random ones when absent
};

struct SceneObject {
  SynthClass kind = SynthClass::kBall;
  Box box;  // of the visible part, pixels
  double visible_fraction = 0;
};

struct Scene {
  Image image;  // 8-bit RGB
  std::vector<SceneObject> objects;
};

// A pure function of the settings and the stream. Settings must be in range: sides 1..4096, sizes
// positive.
Scene draw_scene(const SceneSettings& settings, RandomStream& draws);

}  // namespace saker

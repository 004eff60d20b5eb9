#include "data/synth/hard_scenes.hpp"

#include <algorithm>

namespace saker {

std::vector<HardScene> hard_scenes(std::int64_t width, std::int64_t height) {
  const SceneSettings plain = {
      .width = width, .height = height, .min_objects = 3, .max_objects = 4};
  const auto with_effects = [&](const PhotoEffects& effects) {
    SceneSettings settings = plain;
    settings.effects = effects;
    return settings;
  };
  const double blur = static_cast<double>(std::min(width, height)) / 100;
  std::vector<HardScene> scenes = {
      {"dark", with_effects({.gain = 0.22, .light = 0.4, .vignette = 0.5, .noise = 16})},
      {"glare", with_effects({.gain = 1.5, .contrast = 0.7, .light = 1.1})},
      {"low_contrast", with_effects({.contrast = 0.3, .noise = 6})},
      {"blurred", with_effects({.blur = blur})},
      {"noisy", with_effects({.noise = 90})},
      {"gray", with_effects({.noise = 8, .gray = true})},
      {"empty", plain},
      {"crowded", plain},
      {"tiny", plain},
      {"huge", plain},
      {"upright", plain},
  };
  const auto settings = [&](const std::string& name) -> SceneSettings& {
    return std::ranges::find(scenes, name, &HardScene::name)->settings;
  };
  settings("empty").min_objects = settings("empty").max_objects = 0;
  settings("empty").max_clutter = 12;
  settings("crowded").min_objects = settings("crowded").max_objects = 14;
  settings("crowded").crowding = 1;
  settings("crowded").max_size = 0.4;
  settings("tiny").min_size = 0.04;
  settings("tiny").max_size = 0.09;
  settings("tiny").min_objects = settings("tiny").max_objects = 8;
  settings("huge").min_size = 0.95;
  settings("huge").max_size = 1.1;
  settings("huge").min_objects = settings("huge").max_objects = 1;
  settings("upright").width = std::min(width, height);
  settings("upright").height = std::max(width, height);
  return scenes;
}

}  // namespace saker

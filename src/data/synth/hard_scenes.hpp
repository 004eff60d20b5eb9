// Scenes that are difficult on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/synth/scene.hpp"

namespace saker {

struct HardScene {
  std::string name;  // of the file
  SceneSettings settings;
};

// For images of about this size; one of them stands upright.
std::vector<HardScene> hard_scenes(std::int64_t width, std::int64_t height);

}  // namespace saker

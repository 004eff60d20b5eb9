// What the demo draws and trains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/synth/dataset.hpp"
#include "saker/train.hpp"

namespace saker {

struct DemoOptions {
  std::string out = "out/demo";
  std::string model = "picodet/s-416";
  std::optional<std::int64_t> steps = {};
  bool overwrite = false;
};

struct DemoPlan {
  SyntheticDatasetSettings scenes;
  TrainArgs training;               // from random weights
  std::string evaluated_on;         // as in "mAP on held-out scenes"
  std::filesystem::path predicted;  // folder of the images that are shown
};

// PicoDet learns from hundreds of scenes in minutes and is tried on others. LTDETR would need hours
// for that on a CPU; it learns eight scenes by heart, which shows that all of it trains.
DemoPlan plan_demo(const DemoOptions& options);

}  // namespace saker

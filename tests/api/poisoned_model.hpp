// A trained model with one weight that is no number: a training that starts from it stops at its
// first step and keeps the batch.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "saker/train.hpp"
#include "small_run.hpp"
#include "weights/exported_model.hpp"

namespace saker::test {

constexpr const char* kPoisonedWeight = "backbone.conv1.conv.weight";

inline std::filesystem::path poisoned_model(const std::filesystem::path& folder,
                                            const std::filesystem::path& data) {
  const TrainResult result = train_object_detection(small_run(folder / "first", data, 1));
  ExportedModel model = read_exported_model(result.exported_last);
  torch::Tensor weight = *model.train_model.find(std::string("ema_model.model.") + kPoisonedWeight);
  weight.view({-1})[0] = std::nanf("");
  write_exported_model(folder / "poisoned.pt", model);
  return folder / "poisoned.pt";
}

}  // namespace saker::test

// A detector of ours as what runs a network.
#pragma once

#include <memory>

#include "detectors/detector.hpp"
#include "inference/backend.hpp"

namespace saker {

class TorchBackend final : public Backend {
 public:
  // The detector is put into evaluation mode.
  explicit TorchBackend(std::shared_ptr<Detector> detector);

  const BackendModel& model() const override { return model_; }
  std::unique_ptr<NetworkOutputs> run(std::span<const float> images, std::int64_t count) override;

 private:
  std::shared_ptr<Detector> detector_;
  BackendModel model_;
};

}  // namespace saker

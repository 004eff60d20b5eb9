// What runs a network, be it LibTorch or a library that runs exported files: a batch of network
// inputs in, candidate detections out. Reading, resizing, tiling and thresholds lie around it and
// are the same for all.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inference/network_input.hpp"
#include "saker/detections.hpp"

namespace saker {

// What a loaded network takes and what its outputs stand for.
struct BackendModel {
  std::string name;  // of the architecture, "picodet/s-416"
  NetworkInput input;
  ClassNames classes;                // in the order of the network's outputs
  bool threshold_inclusive = false;  // whether a score that equals a threshold is kept
  std::int64_t parameters = 0;       // weights that inference uses; 0: unknown
};

// What a network gave for one batch.
class NetworkOutputs {
 public:
  virtual ~NetworkOutputs() = default;

  // All candidates of each image, before any threshold, with class ids of the user's. sizes: of the
  // images that the batch was made from, one each; boxes are in their pixels.
  virtual std::vector<Detections> detections(std::span<const ImageSize> sizes) const = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const BackendModel& model() const = 0;
  // images: count * model().input.value_count() values as write_network_input gives them, which are
  // free for other use when it returns; it has then waited for the device. One thread at a time
  // calls it, while others may read earlier outputs.
  virtual std::unique_ptr<NetworkOutputs> run(std::span<const float> images,
                                              std::int64_t count) = 0;
};

}  // namespace saker

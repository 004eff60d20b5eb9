// The interface of a backbone: feature maps from images.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "backbones/backbone_config.hpp"
#include "core/random_stream.hpp"

namespace saker {

// Random numbers of the forward passes while training, each a function of (seed, pass, place), so
// that a resumed run that sets `pass` draws what the unbroken one would have drawn.
struct TrainingDraws {
  std::uint64_t seed = 0;
  std::uint64_t pass = 0;  // of the next forward pass in training mode
};

class Backbone : public torch::nn::Module {
 public:
  explicit Backbone(BackboneConfig config) : config_(std::move(config)) {}

  const BackboneConfig& config() const { return config_; }

  // images: [B, C, H, W] float32, normalised; sides must be multiples of the patch size (ConvNeXt:
  // of 32). taps: ascending 0-based indices of blocks (vision transformers) or stages (ConvNeXt).
  // Returns a map [B, channels, h, w] a tap. Throws Error (usage) for other sizes and taps.
  virtual std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                                  const std::vector<std::int64_t>& taps) = 0;

  // Puts this module, for good, into the form for prediction on the device that its weights are on:
  // layer scales, norms and masks multiplied into weights, and on the CPU kernels of our own.
  // Results differ by rounding. The module then neither trains nor has a whole state dict.
  virtual void deploy() = 0;

  // Where the random numbers of training come from (random scales of positions, drop path). Empty,
  // as at first: nothing is drawn, and training mode computes what evaluation mode does.
  void set_training_draws(const std::optional<TrainingDraws>& draws) { draws_ = draws; }
  const std::optional<TrainingDraws>& training_draws() const { return draws_; }

 protected:
  // For one forward pass; empty in evaluation mode or when nothing is drawn. Counts the pass.
  std::optional<TrainingDraws> begin_pass();
  // The stream of a block in a pass.
  static RandomStream block_draws(const TrainingDraws& draws,
                                  std::string_view purpose,
                                  std::int64_t block);
  // Throws Error (internal) unless a form deployed on the CPU can take the images: float32, there.
  static void require_deployed_input(const torch::Tensor& images);
  // Throws Error (usage) unless taps ascend and lie in [0, count); `what` names what is counted.
  void check_taps(const std::vector<std::int64_t>& taps,
                  std::int64_t count,
                  const char* what) const;

 private:
  BackboneConfig config_;
  std::optional<TrainingDraws> draws_;
};

// With `seed`, weights are initialised as for training from nothing, and training_draws() start
// with it; without, weights are left uninitialised, to be loaded (buffers hold the constructor's
// values either way). Throws Error (unsupported) for a channel count that this kind cannot take.
std::shared_ptr<Backbone> make_backbone(const BackboneConfig& config,
                                        std::int64_t in_channels,
                                        std::optional<std::uint64_t> seed);

}  // namespace saker

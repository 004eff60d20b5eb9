// The interface of LTDETR's decoders: from feature maps to classes and boxes.
//
//   auto decoder = make_decoder(config, classes, seed);
//   DecoderOutputs outputs = decoder->forward_train(maps, denoising);
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker {

class Decoder : public torch::nn::Module {
 public:
  // maps: three levels [B, C, h, w], finest first, of the configured channels. Throws Error (usage)
  // when all levels together have fewer tokens than there are queries.

  // All layers, all heads. Batch norms follow the training flag.
  virtual DecoderOutputs forward_train(
      const std::vector<torch::Tensor>& maps,
      const std::optional<DenoisingQueries>& denoising = std::nullopt) = 0;

  // The last layer alone.
  virtual DecoderPrediction forward(const std::vector<torch::Tensor>& maps) = 0;

  // Puts this module, for good, into the form for prediction: batch norms folded, parameters that
  // forward() does not need dropped, the rest arranged for speed. forward_train() and state dicts
  // are no longer available.
  virtual void deploy() = 0;
};

// With `seed`, weights are as for training from nothing; without, they are left uninitialised, to
// be loaded. classes: K >= 1.
std::shared_ptr<Decoder> make_decoder(const DecoderConfig& config,
                                      std::int64_t classes,
                                      std::optional<std::uint64_t> seed);

}  // namespace saker

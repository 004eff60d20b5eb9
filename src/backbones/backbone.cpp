#include "backbones/backbone.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backbones/dinov2_vit.hpp"
#include "backbones/dinov3_convnext.hpp"
#include "backbones/dinov3_vit.hpp"
#include "backbones/ecvit.hpp"
#include "nn/plain_float.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

template <typename Kind>
std::shared_ptr<Backbone> make(const BackboneConfig& config,
                               std::int64_t in_channels,
                               std::optional<std::uint64_t> seed) {
  auto backbone = std::make_shared<Kind>(config, in_channels);
  if (seed) {
    backbone->initialize(*seed);
    backbone->set_training_draws(TrainingDraws{.seed = *seed});
  }
  return backbone;
}

}  // namespace

std::optional<TrainingDraws> Backbone::begin_pass() {
  if (!is_training() || !draws_) return std::nullopt;
  const TrainingDraws current = *draws_;
  ++draws_->pass;
  return current;
}

RandomStream Backbone::block_draws(const TrainingDraws& draws,
                                   std::string_view purpose,
                                   std::int64_t block) {
  return RandomStream({.seed = draws.seed,
                       .purpose = purpose,
                       .epoch = draws.pass,
                       .index = static_cast<std::uint64_t>(block)});
}

void Backbone::require_deployed_input(const torch::Tensor& images) {
  if (!is_plain_float(images)) {
    throw Error(ErrorKind::kInternal,
                "a model that was deployed on the CPU takes float32 images there");
  }
}

void Backbone::check_taps(const std::vector<std::int64_t>& taps,
                          std::int64_t count,
                          const char* what) const {
  std::int64_t previous = -1;
  for (const std::int64_t tap : taps) {
    if (tap <= previous || tap >= count) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("taps [{}] of {}, which has {} {}; they must ascend and lie in 0 to {}",
                      fmt::join(taps, ", "),
                      config_.name,
                      count,
                      what,
                      count - 1));
    }
    previous = tap;
  }
}

std::shared_ptr<Backbone> make_backbone(const BackboneConfig& config,
                                        std::int64_t in_channels,
                                        std::optional<std::uint64_t> seed) {
  switch (config.kind) {
    case BackboneKind::kDinov3Vit:
      return make<Dinov3Vit>(config, in_channels, seed);
    case BackboneKind::kDinov2Vit:
      return make<Dinov2Vit>(config, in_channels, seed);
    case BackboneKind::kConvNext:
      return make<Dinov3ConvNext>(config, in_channels, seed);
    case BackboneKind::kEcVit:
      return make<EcVit>(config, in_channels, seed);
  }
  throw Error(ErrorKind::kInternal, "a backbone of unknown kind");
}

}  // namespace saker

#include "backbones/maskable_vit.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"

namespace saker {

std::shared_ptr<MaskableVit> make_maskable_vit(const BackboneConfig& config,
                                               std::int64_t in_channels,
                                               std::optional<std::uint64_t> seed) {
  const std::shared_ptr<Backbone> backbone = make_backbone(config, in_channels, seed);
  if (auto vit = std::dynamic_pointer_cast<MaskableVit>(backbone)) return vit;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{} has no patches that could be masked; take a vision transformer of "
                          "DINOv2 or DINOv3",
                          config.name));
}

}  // namespace saker

#include "detectors/ltdetr/pretrained_backbone.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "backbones/adapt_weights.hpp"
#include "detectors/backbone_file.hpp"
#include "detectors/load_weights.hpp"
#include "saker/error.hpp"
#include "weights/hub.hpp"

namespace saker {
namespace {

bool starts_from_nothing(const std::string& backbone) {
  return backbone.ends_with(kNotPretrainedSuffix) || backbone.find("/_") != std::string::npos;
}

}  // namespace

std::string start_ltdetr_backbone(Ltdetr& detector, const std::optional<std::string>& file) {
  Backbone& backbone = detector.backbone().backbone();
  const std::string& name = backbone.config().name;
  std::filesystem::path path;
  if (file) {
    path = *file;
  } else if (find_published_backbone(name) != nullptr) {
    path = fetch_backbone_weights(name);
  } else if (starts_from_nothing(name)) {
    return {};
  } else {
    throw Error(ErrorKind::kUsage,
                fmt::format("no address is known for the weights of {}; name their file with "
                            "model_args.backbone_weights",
                            name));
  }
  const bool lenient = backbone.config().kind == BackboneKind::kDinov2Vit;
  try {
    const WeightsReport report = load_backbone_weights(
        backbone,
        read_backbone_file(path),
        lenient ? LoadMode::kFineTuning : LoadMode::kStrict,
        [&](const StateDict& weights) { return adapt_backbone_weights(weights, backbone); });
    return fmt::format("Backbone weights of {}: {}", path.string(), report.summary());
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
}

}  // namespace saker

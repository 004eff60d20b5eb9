#include "detectors/ltdetr/ltdetr_family.hpp"

#include <fmt/format.h>

#include "detectors/ltdetr/ltdetr.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/ltdetr_options.hpp"
#include "detectors/ltdetr/recipe.hpp"
#include "saker/error.hpp"
#include "transforms/ltdetr_transforms.hpp"
#include "weights/published_weights.hpp"

namespace saker {
namespace {

const LtdetrName& named(const std::string& name) {
  const LtdetrName* known = find_ltdetr(name);
  if (known == nullptr) throw Error(ErrorKind::kInternal, fmt::format("\"{}\" is no LTDETR", name));
  return *known;
}

// Of the detector's weights, or of those that the backbone starts from.
std::string licence_of(const LtdetrName& known) {
  const PublishedWeights* weights = find_published_detector(known.name);
  if (weights == nullptr) weights = find_published_backbone(known.config.backbone.name);
  return weights == nullptr ? "" : std::string(weights->licence);
}

LtdetrGeneration generation_of(const LtdetrConfig& config) {
  switch (config.backbone.kind) {
    case BackboneKind::kDinov2Vit:
      return LtdetrGeneration::kDinov2;
    case BackboneKind::kConvNext:
      return LtdetrGeneration::kDinov3ConvNext;
    case BackboneKind::kEcVit:
      return LtdetrGeneration::kV2;
    case BackboneKind::kDinov3Vit:
      break;
  }
  return LtdetrGeneration::kDinov3Vit;
}

class LtdetrFamily final : public DetectorFamily {
 public:
  std::string name() const override { return "ltdetr"; }

  std::vector<DetectorName> names() const override {
    std::vector<DetectorName> names;
    for (const LtdetrName& known : ltdetr_names()) {
      names.push_back(
          {.name = known.name,
           .plain_name = known.config.name,
           .image_size = known.config.image_size,
           .licence = licence_of(known),
           .listed = known.name.find("/_") == std::string::npos && !known.name.starts_with("_")});
    }
    return names;
  }

  bool owns_class_path(const std::string& model_class_path) const override {
    if (model_class_path.ends_with(".DINOv2LTDETRDSPObjectDetection")) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("holds a {}, an early variant of LTDETR that is not offered",
                              model_class_path));
    }
    return model_class_path.ends_with(".LTDETRObjectDetection") ||
           model_class_path.ends_with(".DINOv2LTDETRObjectDetection") ||
           model_class_path.ends_with(".DINOv3LTDETRObjectDetection");
  }

  std::shared_ptr<Detector> make(const DetectorSpec& spec,
                                 const Value& build_args,
                                 std::optional<std::uint64_t> seed) const override {
    const LtdetrConfig& config = named(spec.model_name).config;
    DetectorSpec plain = spec;
    plain.model_name = config.name;
    return std::make_shared<Ltdetr>(
        plain, config, LtdetrOptions::from_build_args(build_args), seed);
  }

  // The name tells the architecture; loading tells whether the weights fit it.
  std::shared_ptr<Detector> make_for_weights(const DetectorSpec& spec,
                                             const StateDict& /*weights*/,
                                             const Value& build_args,
                                             std::optional<std::uint64_t> seed) const override {
    return make(spec, build_args, seed);
  }

  std::unique_ptr<Recipe> make_recipe(const std::string& name,
                                      const Value& model_args,
                                      SettingsProblems& problems) const override {
    return make_ltdetr_recipe(named(name).config, model_args, problems);
  }

  TransformFamily transforms(const std::string& name, const Value& build_args) const override {
    const LtdetrConfig config = built(name, build_args);
    return ltdetr_transform_family(generation_of(config),
                                   {.size_multiple = ltdetr_size_multiple(config),
                                    .least_pixels = ltdetr_least_pixels(config)});
  }

  ImageSize default_image_size(const std::string& name, const Value& build_args) const override {
    return built(name, build_args).image_size;
  }

 private:
  static LtdetrConfig built(const std::string& name, const Value& build_args) {
    return with_options(named(name).config, LtdetrOptions::from_build_args(build_args));
  }
};

}  // namespace

const DetectorFamily& ltdetr_family() {
  static const LtdetrFamily family;
  return family;
}

}  // namespace saker

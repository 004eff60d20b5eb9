#include "detectors/picodet/picodet_family.hpp"

#include <fmt/format.h>

#include "detectors/picodet/picodet.hpp"
#include "detectors/picodet/picodet_config.hpp"
#include "detectors/picodet/recipe.hpp"
#include "detectors/picodet/weights_config.hpp"
#include "saker/error.hpp"
#include "transforms/picodet_transforms.hpp"
#include "weights/published_weights.hpp"

namespace saker {
namespace {

PicoDetName named(const std::string& name) {
  const std::optional<PicoDetName> known = find_picodet(name);
  if (!known) throw Error(ErrorKind::kInternal, fmt::format("\"{}\" is no PicoDet", name));
  return *known;
}

class PicoDetFamily final : public DetectorFamily {
 public:
  std::string name() const override { return "picodet"; }

  std::vector<DetectorName> names() const override {
    std::vector<DetectorName> names;
    for (const PicoDetName& known : picodet_names()) {
      const PublishedWeights* published = find_published_detector(known.name);
      names.push_back({.name = known.name,
                       .plain_name = known.plain_name,
                       .image_size = known.config.image_size,
                       .licence = std::string(published == nullptr ? "" : published->licence)});
    }
    return names;
  }

  bool owns_class_path(const std::string& model_class_path) const override {
    return model_class_path.ends_with(".PicoDetObjectDetection");
  }

  std::shared_ptr<Detector> make(const DetectorSpec& spec,
                                 const Value& build_args,
                                 std::optional<std::uint64_t> seed) const override {
    const PicoDetName known = named(spec.model_name);
    DetectorSpec plain = spec;
    plain.model_name = known.plain_name;
    return std::make_shared<PicoDet>(
        plain, known.config, PicoDetOptions::from_init_args(build_args), seed);
  }

  std::shared_ptr<Detector> make_for_weights(const DetectorSpec& spec,
                                             const StateDict& weights,
                                             const Value& build_args,
                                             std::optional<std::uint64_t> seed) const override {
    const std::optional<PicoDetConfig> config = picodet_config_of(weights);
    if (!config) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("the weights of \"{}\" are those of no PicoDet", spec.model_name));
    }
    DetectorSpec actual = spec;
    actual.model_name = picodet_name_of(*config).value_or(spec.model_name);
    return std::make_shared<PicoDet>(
        actual, *config, PicoDetOptions::from_init_args(build_args), seed);
  }

  std::unique_ptr<Recipe> make_recipe(const std::string& /*name*/,
                                      const Value& model_args,
                                      SettingsProblems& problems) const override {
    return make_picodet_recipe(model_args, problems);
  }

  TransformFamily transforms(const std::string& /*name*/,
                             const Value& /*build_args*/) const override {
    return picodet_transform_family();
  }
  ImageSize default_image_size(const std::string& name,
                               const Value& /*build_args*/) const override {
    return named(name).config.image_size;
  }
};

}  // namespace

const DetectorFamily& picodet_family() {
  static const PicoDetFamily family;
  return family;
}

}  // namespace saker

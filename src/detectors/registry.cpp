#include "detectors/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "core/nearest_name.hpp"
#include "detectors/picodet/picodet.hpp"
#include "detectors/picodet/picodet_config.hpp"
#include "detectors/picodet/recipe.hpp"
#include "detectors/picodet/weights_config.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Aliases are the names under which weights were published.
constexpr const char* kPublishedLicence = "AGPL-3.0 or commercial (Lightly)";

}  // namespace

std::vector<DetectorName> detector_names() {
  std::vector<DetectorName> names;
  for (const PicoDetName& known : picodet_names())
    names.push_back({known.name,
                     known.plain_name,
                     known.config.image_size,
                     known.name == known.plain_name ? "" : kPublishedLicence});
  return names;
}

DetectorName find_detector(const std::string& name) {
  std::vector<std::string> all;
  for (DetectorName& known : detector_names()) {
    if (known.name == name) return known;
    all.push_back(known.name);
  }
  const std::vector<std::string> nearest = nearest_names(name, all, 3);
  const std::string hint =
      nearest.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(nearest, " or "));
  throw Error(ErrorKind::kUsage,
              fmt::format("there is no model \"{}\"{} Models: {}",
                          name,
                          hint.empty() ? "." : hint,
                          fmt::join(all, ", ")));
}

ImageSize default_image_size(const std::string& name) { return find_detector(name).image_size; }

std::shared_ptr<Detector> make_detector(const DetectorSpec& spec, std::uint64_t seed) {
  DetectorSpec plain = spec;
  plain.model_name = find_detector(spec.model_name).plain_name;
  return std::make_shared<PicoDet>(
      plain, find_picodet(plain.model_name)->config, PicoDetOptions{}, seed);
}

std::shared_ptr<Detector> make_detector_for_weights(const DetectorSpec& spec,
                                                    const StateDict& weights,
                                                    const Value& init_args,
                                                    std::uint64_t seed) {
  const std::optional<PicoDetConfig> config = picodet_config_of(weights);
  if (!config) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("the weights of \"{}\" are those of no detector that is offered here",
                            spec.model_name));
  }
  DetectorSpec actual = spec;
  actual.model_name = picodet_name_of(*config).value_or(spec.model_name);
  return std::make_shared<PicoDet>(
      actual, *config, PicoDetOptions::from_init_args(init_args), seed);
}

std::unique_ptr<Recipe> make_recipe(const std::string& model_name,
                                    const Value& model_args,
                                    SettingsProblems& problems) {
  find_detector(model_name);
  return make_picodet_recipe(model_args, problems);
}

}  // namespace saker

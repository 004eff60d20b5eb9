#include "detectors/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "backbones/backbone_config.hpp"
#include "core/nearest_name.hpp"
#include "detectors/ltdetr/ltdetr_family.hpp"
#include "detectors/picodet/picodet_family.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::array<const DetectorFamily*, 2> families() { return {&ltdetr_family(), &picodet_family()}; }

[[noreturn]] void refuse_unknown(const std::string& name) {
  if (is_giant(name)) throw giant_not_offered(name);
  std::vector<std::string> all;
  for (const DetectorName& known : detector_names()) {
    if (known.listed) all.push_back(known.name);
  }
  const std::vector<std::string> nearest = nearest_names(name, all, 3);
  const std::string hint =
      nearest.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(nearest, " or "));
  throw Error(
      ErrorKind::kUsage,
      fmt::format(
          "there is no model \"{}\"{} (`saker models` lists all {})", name, hint, all.size()));
}

}  // namespace

std::vector<DetectorName> detector_names() {
  std::vector<DetectorName> all;
  for (const DetectorFamily* family : families()) {
    for (DetectorName& known : family->names()) all.push_back(std::move(known));
  }
  return all;
}

DetectorName find_detector(const std::string& name) {
  for (DetectorName& known : family_of(name).names()) {
    if (known.name == name) return known;
  }
  refuse_unknown(name);
}

const DetectorFamily& family_of(const std::string& name) {
  for (const DetectorFamily* family : families()) {
    for (const DetectorName& known : family->names()) {
      if (known.name == name) return *family;
    }
  }
  refuse_unknown(name);
}

const DetectorFamily& family_of_class_path(const std::string& model_class_path) {
  for (const DetectorFamily* family : families()) {
    if (family->owns_class_path(model_class_path)) return *family;
  }
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("model_class_path is \"{}\", which is no detector that is offered here",
                          model_class_path));
}

std::shared_ptr<Detector> make_detector(const DetectorSpec& spec,
                                        const Value& build_args,
                                        std::optional<std::uint64_t> seed) {
  return family_of(spec.model_name).make(spec, build_args, seed);
}

std::unique_ptr<Recipe> make_recipe(const std::string& model_name,
                                    const Value& model_args,
                                    SettingsProblems& problems) {
  return family_of(model_name).make_recipe(model_name, model_args, problems);
}

}  // namespace saker

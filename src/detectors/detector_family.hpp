// A family of detectors: one class of networks, its names, and what training brings to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "transforms/resolve_transforms.hpp"
#include "weights/state_dict.hpp"

namespace saker {

struct DetectorName {
  std::string name;        // e.g. "picodet-s-coco"
  std::string plain_name;  // what an alias stands for, "picodet/s-416"; equal to `name` otherwise
  ImageSize image_size;    // default network input
  std::string licence;     // of the weights that the name stands for or starts from; may be empty
  bool listed = true;      // false: known, but for tests and comparisons alone
};

class DetectorFamily {
 public:
  virtual ~DetectorFamily() = default;

  virtual std::string name() const = 0;  // "picodet"
  // Plain names first, aliases after them.
  virtual std::vector<DetectorName> names() const = 0;
  // Whether files with this model_class_path hold detectors of the family. Throws Error
  // (unsupported) for one that the family knows and does not offer.
  virtual bool owns_class_path(const std::string& model_class_path) const = 0;

  // build_args: constructor arguments besides the spec under the names of a checkpoint's
  // model_init_args; those of the spec are skipped. With a seed, fresh weights that are a function
  // of all arguments; without, weights are left uninitialised, to be loaded.
  //
  // Throws Error (usage) for what cannot be built, such as an image size that the network cannot
  // take.
  virtual std::shared_ptr<Detector> make(const DetectorSpec& spec,
                                         const Value& build_args,
                                         std::optional<std::uint64_t> seed) const = 0;
  // The same, of the architecture that the weights of a task model show; the name in its spec is
  // set right. Throws Error (checkpoint) when they are those of no detector of the family.
  virtual std::shared_ptr<Detector> make_for_weights(const DetectorSpec& spec,
                                                     const StateDict& weights,
                                                     const Value& build_args,
                                                     std::optional<std::uint64_t> seed) const = 0;

  virtual std::unique_ptr<Recipe> make_recipe(const std::string& name,
                                              const Value& model_args,
                                              SettingsProblems& problems) const = 0;
  // Of the detector that make() would build.
  virtual TransformFamily transforms(const std::string& name, const Value& build_args) const = 0;
  virtual ImageSize default_image_size(const std::string& name, const Value& build_args) const = 0;
};

}  // namespace saker

#include "detectors/transform_family.hpp"

#include "detectors/registry.hpp"

namespace saker {

TransformFamily transform_family(const std::string& model_name, const Value& build_args) {
  return family_of(model_name).transforms(model_name, build_args);
}

ImageSize default_image_size(const std::string& model_name, const Value& build_args) {
  return family_of(model_name).default_image_size(model_name, build_args);
}

bool same_family(const std::string& model_name, const std::string& other) {
  return &family_of(model_name) == &family_of(other);
}

}  // namespace saker

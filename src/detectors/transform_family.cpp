#include "detectors/transform_family.hpp"

#include <string_view>

#include "detectors/registry.hpp"
#include "transforms/picodet_transforms.hpp"

namespace saker {
namespace {

// "picodet/s-416" -> "picodet".
std::string family_of(const std::string& model_name) {
  const DetectorName known = find_detector(model_name);
  const std::string_view plain = known.plain_name;
  return std::string(plain.substr(0, plain.find('/')));
}

}  // namespace

TransformFamily transform_family(const std::string& model_name) {
  static_cast<void>(find_detector(model_name));
  return picodet_transform_family();
}

bool same_family(const std::string& model_name, const std::string& other) {
  return family_of(model_name) == family_of(other);
}

}  // namespace saker

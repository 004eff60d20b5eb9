#include "detectors/picodet/picodet_config.hpp"

namespace saker {

const std::vector<PicoDetName>& picodet_names() {
  static const PicoDetConfig s_416 = {EsnetSize::kS, 96, 96, 2, {416, 416}};
  static const PicoDetConfig l_416 = {EsnetSize::kL, 160, 160, 4, {416, 416}};
  static const PicoDetConfig l_640 = {EsnetSize::kL, 128, 128, 3, {640, 640}};
  static const std::vector<PicoDetName> names = {
      {"picodet/s-416", "picodet/s-416", s_416},
      {"picodet/l-416", "picodet/l-416", l_416},
      {"picodet/l-640", "picodet/l-640", l_640},
      {"picodet-s-coco", "picodet/s-416", s_416},
      {"picodet-l-coco", "picodet/l-416", l_416},
  };
  return names;
}

std::optional<PicoDetName> find_picodet(std::string_view name) {
  for (const PicoDetName& known : picodet_names()) {
    if (known.name == name) return known;
  }
  return std::nullopt;
}

std::optional<std::string> picodet_name_of(const PicoDetConfig& config) {
  for (const PicoDetName& known : picodet_names()) {
    PicoDetConfig resized = config;
    resized.image_size = known.config.image_size;
    if (resized == known.config) return known.plain_name;
  }
  return std::nullopt;
}

}  // namespace saker

// The architectures of PicoDet and their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/batch.hpp"

namespace saker {

// Width of the ESNet backbone: 0.75, 1 and 1.25 times the base channels.
enum class EsnetSize { kS, kM, kL };

struct PicoDetConfig {
  EsnetSize backbone = EsnetSize::kS;
  std::int64_t neck_width = 96;
  std::int64_t head_width = 96;
  std::int64_t head_convs = 2;  // per level
  ImageSize image_size = {416, 416};

  friend bool operator==(const PicoDetConfig&, const PicoDetConfig&) = default;
};

struct PicoDetName {
  std::string name;        // e.g. "picodet-s-coco"
  std::string plain_name;  // the name of the architecture, e.g. "picodet/s-416"; equal to `name`
                           // unless that is an alias
  PicoDetConfig config;
};

// Every name, the plain ones first.
const std::vector<PicoDetName>& picodet_names();

// The configuration of a name or alias; empty for any other name.
std::optional<PicoDetName> find_picodet(std::string_view name);

// The plain name of an architecture, whatever its image size; empty when no name has it.
std::optional<std::string> picodet_name_of(const PicoDetConfig& config);

}  // namespace saker

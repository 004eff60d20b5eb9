// What LTDETR is built from besides the spec and the architecture of its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "saker/value.hpp"

namespace saker {

// What backbone_args say.
struct LtdetrBackboneArgs {
  std::optional<std::int64_t> patch_size;  // LtdetrOptions::patch_size goes before it
  std::optional<std::int64_t> in_chans;    // channels of the images; empty: those of the spec
  std::optional<double> drop_path_rate;    // DINOv2; the others have none
};

// Reads the whole section and finishes it.
LtdetrBackboneArgs read_backbone_args(SettingsReader reader);

struct LtdetrOptions {
  // As in a checkpoint's model_init_args.
  std::optional<std::int64_t> patch_size;  // empty: the architecture's
  bool backbone_freeze = false;
  std::optional<std::string> backbone_weights;  // that training started from; for the record
  Value backbone_args;                          // as it was given, null or a map; for the record
  LtdetrBackboneArgs backbone;
  std::optional<std::string> decoder_name;  // rtdetrv2 or dfine; empty: the architecture's

  // Of training alone.
  BoxRefine box_refine = BoxRefine::kRtdetr;
  bool reinit_class_head = false;  // the heads of a file are left out

  // Keys that are not known here.
  std::vector<std::string> unknown;

  // build_args of DetectorFamily::make. Throws Error (checkpoint) that lists what has the wrong
  // type or value.
  static LtdetrOptions from_build_args(const Value& build_args);
};

// The architecture with these options. Throws Error (usage, unsupported) for one that it cannot
// take.
LtdetrConfig with_options(const LtdetrConfig& config, const LtdetrOptions& options);

// "rtdetrv2" or "dfine".
std::string decoder_name(DecoderKind kind);

}  // namespace saker

#include "detectors/ltdetr/ltdetr_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "saker/error.hpp"

namespace saker {
LtdetrBackboneArgs read_backbone_args(SettingsReader reader) {
  LtdetrBackboneArgs args;
  reader.read({"patch_size", "side of a patch, pixels; model_args.patch_size goes before it"},
              args.patch_size,
              at_least(1));
  reader.read(
      {"in_chans", "channels of the images; null: those of the data"}, args.in_chans, at_least(1));
  reader.read({"drop_path_rate", "share of samples that a block leaves out; DINOv2 alone"},
              args.drop_path_rate,
              between(0, 1));
  reader.finish();
  return args;
}

LtdetrOptions LtdetrOptions::from_build_args(const Value& build_args) {
  LtdetrOptions options;
  SettingsProblems problems;
  SettingsReader reader(build_args, "model_init_args", problems);
  reader.read({"patch_size"}, options.patch_size, at_least(1));
  reader.read({"backbone_freeze"}, options.backbone_freeze);
  reader.read({"backbone_weights"}, options.backbone_weights);
  if (reader.read_map({"backbone_args"}, options.backbone_args))
    options.backbone =
        read_backbone_args({options.backbone_args, reader.path_of("backbone_args"), problems});
  reader.read({"decoder_name"}, options.decoder_name);
  if (options.decoder_name && *options.decoder_name != "rtdetrv2" &&
      *options.decoder_name != "dfine") {
    problems.bad_value(reader.path_of("decoder_name"),
                       fmt::format("must be rtdetrv2 or dfine but got {}", *options.decoder_name));
  }
  std::string refine = "rtdetr";
  reader.read_choice({"box_refine"}, refine, {"rtdetr", "reference"});
  if (refine == "reference") options.box_refine = BoxRefine::kReference;
  reader.read({"reinit_class_head"}, options.reinit_class_head);
  if (!problems.empty())
    throw Error(ErrorKind::kCheckpoint, fmt::format("{}", fmt::join(problems.lines(), "; ")));

  constexpr std::array<std::string_view, 7> kKnown = {"patch_size",
                                                      "backbone_freeze",
                                                      "backbone_weights",
                                                      "backbone_args",
                                                      "decoder_name",
                                                      "box_refine",
                                                      "reinit_class_head"};
  if (build_args.is_object()) {
    for (const auto& item : build_args.as_object()) {
      const std::string key = key_text(item.first);
      if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end())
        options.unknown.push_back(key);
    }
  }
  return options;
}

LtdetrConfig with_options(const LtdetrConfig& config, const LtdetrOptions& options) {
  const LtdetrBackboneArgs& args = options.backbone;
  LtdetrConfig result = config;
  if (const auto patch = options.patch_size ? options.patch_size : args.patch_size)
    result = with_patch_size(config, *patch);
  if (args.drop_path_rate && result.backbone.kind == BackboneKind::kDinov2Vit)
    result.backbone.drop_path_rate = *args.drop_path_rate;
  if (options.decoder_name == "dfine") {
    result.decoder = dfine_decoder_of(result);
  } else if (options.decoder_name == "rtdetrv2" && config.decoder.kind == DecoderKind::kDfine) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("decoder_name is rtdetrv2, but {} has the dfine decoder alone", config.name));
  }
  result.decoder.box_refine = options.box_refine;
  return result;
}

std::string decoder_name(DecoderKind kind) {
  return kind == DecoderKind::kDfine ? "dfine" : "rtdetrv2";
}

}  // namespace saker

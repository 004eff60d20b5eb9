// The table of ltdetr_config.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker {
namespace {

constexpr std::string_view kEupe = "-eupe";

BackboneConfig backbone_named(std::string_view name, std::string_view suffix = {}) {
  return backbone_by_name(fmt::format("{}{}", name, suffix));
}

LevelSizes same(std::int64_t size) { return {size, size, size}; }

// A vision transformer whose maps, the encoder and the decoder share one width.
struct PyramidVit {
  std::string_view backbone;
  bool published, has_eupe;
  LevelSizes taps;
  std::int64_t prior_factor;  // width of the spatial prior's stem over the patch
                              // size; 0: no prior
  std::int64_t width, encoder_ffn;
  double expansion, depth_factor;
  std::int64_t decoder_ffn;
};

constexpr PyramidVit kVitt16 = {
    "dinov3/vitt16", true, true, {3, 7, 11}, 1, 192, 512, 0.34, 0.67, 512};
constexpr PyramidVit kVitt16Plus = {
    "dinov3/vitt16plus", true, false, {3, 7, 11}, 1, 256, 512, 0.67, 1.0, 512};
constexpr PyramidVit kPyramidVits[] = {
    kVitt16,
    kVitt16Plus,
    {"dinov3/vits16", true, true, {5, 8, 11}, 2, 224, 896, 1.0, 1.0, 1792},
    {"dinov3/vitb16", false, true, {5, 8, 11}, 4, 768, 3072, 1.0, 1.0, 6144},
    {"dinov3/vitl16", false, false, {11, 17, 23}, 4, 1024, 4096, 1.0, 1.0, 8192},
    {"dinov2/vits14", false, false, {5, 8, 11}, 0, 224, 896, 1.0, 1.0, 1792},
    {"dinov2/vitb14", false, false, {5, 8, 11}, 0, 768, 3072, 1.0, 1.0, 6144},
    {"dinov2/vitl14", false, false, {11, 17, 23}, 0, 1024, 4096, 1.0, 1.0, 8192},
};
constexpr PyramidVit kTiny = {"dinov2/_vittest14", false, false, {0, 1, 2}, 0, 8, 32, 1.0, 1.0, 32};

LtdetrConfig pyramid_vit(const PyramidVit& row, const BackboneConfig& backbone) {
  const std::int64_t patch = backbone.patch_size;
  return {.name = backbone.name + "-ltdetr",
          .backbone = backbone,
          .adapter = VitAdapterConfig{.taps = row.taps,
                                      .prior_width = row.prior_factor * patch,
                                      .projection_width = row.width},
          .encoder = {.in_channels = same(row.width),
                      .width = row.width,
                      .ffn_width = row.encoder_ffn,
                      .expansion = row.expansion,
                      .depth_factor = row.depth_factor},
          .decoder = {.in_channels = same(row.width),
                      .strides = {patch / 2, patch, 2 * patch},
                      .width = row.width,
                      .layers = 4,
                      .ffn_width = row.decoder_ffn,
                      .points = {3, 6, 3}},
          .image_size = default_ltdetr_size(2 * patch)};
}

// Three equal maps of stride 14: the older architecture of the published DINOv2 detector.
LtdetrConfig without_pyramid(const BackboneConfig& backbone) {
  return {.name = backbone.name + "-ltdetr",
          .backbone = backbone,
          .adapter = VitAdapterConfig{.taps = {5, 8, 11}, .rescale = false},
          .encoder = {.in_channels = same(384), .width = 384, .ffn_width = 2048, .rescale = false},
          .decoder = {.in_channels = same(384),
                      .strides = same(backbone.patch_size),
                      .width = 256,
                      .layers = 6,
                      .points = same(4)},
          .image_size = default_ltdetr_size(2 * backbone.patch_size)};
}

LtdetrConfig convnext(const BackboneConfig& backbone) {
  const auto& widths = backbone.stage_widths;
  return {.name = backbone.name + "-ltdetr",
          .backbone = backbone,
          .adapter = std::nullopt,
          .encoder = {.in_channels = {widths[1], widths[2], widths[3]},
                      .width = 384,
                      .ffn_width = 2048},
          .decoder = {.in_channels = same(384),
                      .strides = {8, 16, 32},
                      .width = 256,
                      .layers = 6,
                      .points = same(4)},
          .image_size = default_ltdetr_size(32)};
}

// The second generation has encoder and decoder of vitt16 (s) or vitt16plus (m, l, x), as D-FINE.
LtdetrConfig second_generation(std::string_view size, const BackboneConfig& backbone) {
  LtdetrConfig config = pyramid_vit(size == "s" ? kVitt16 : kVitt16Plus, backbone);
  config.name = fmt::format("ltdetrv2-{}", size);
  config.adapter.reset();
  config.decoder.kind = DecoderKind::kDfine;
  return config;
}

// A network of a few thousand weights.
LtdetrConfig tiny() {
  LtdetrConfig config = pyramid_vit(kTiny, backbone_named(kTiny.backbone));
  config.encoder.heads = 1;
  config.decoder.layers = 1;
  config.decoder.queries = 20;
  config.max_detections = 20;
  return config;
}

void add(std::vector<LtdetrName>& names, const LtdetrConfig& config, bool published) {
  names.push_back({config.name, config});
  if (published) names.push_back({config.name + "-coco", config});
}

void add_first_generation(std::vector<LtdetrName>& names) {
  for (const PyramidVit& row : kPyramidVits) {
    add(names, pyramid_vit(row, backbone_named(row.backbone)), row.published);
    add(names, pyramid_vit(row, backbone_named(row.backbone, kNotPretrainedSuffix)), false);
    if (row.has_eupe) add(names, pyramid_vit(row, backbone_named(row.backbone, kEupe)), false);
  }
  constexpr std::string_view kNoRegisters = "dinov2/vits14-noreg";
  add(names, without_pyramid(backbone_named(kNoRegisters)), true);
  add(names, without_pyramid(backbone_named(kNoRegisters, kNotPretrainedSuffix)), false);
  for (const char* size : {"tiny", "small", "base", "large"}) {
    const std::string backbone = fmt::format("dinov3/convnext-{}", size);
    add(names, convnext(backbone_named(backbone)), true);
    add(names, convnext(backbone_named(backbone, kNotPretrainedSuffix)), false);
    if (size != std::string_view("large"))
      add(names, convnext(backbone_named(backbone, kEupe)), false);
  }
}

void add_second_generation(std::vector<LtdetrName>& names) {
  constexpr std::pair<std::string_view, std::string_view> kSizes[] = {
      {"s", "ecvitt"}, {"m", "ecvittplus"}, {"l", "ecvits"}, {"x", "ecvitsplus"}};
  for (const auto& [size, backbone] : kSizes) {
    const std::string full = fmt::format("edgecrafter/{}", backbone);
    const LtdetrConfig config = second_generation(size, backbone_named(full));
    const bool published = size != "x";
    add(names, config, published);
    LtdetrConfig random = second_generation(size, backbone_named(full, kNotPretrainedSuffix));
    random.name += kNotPretrainedSuffix;
    add(names, random, false);
    names.push_back({full + "-ltdetr", config});
    if (published) names.push_back({full + "-ltdetr-coco", config});
    if (size == "s") names.push_back({"_" + random.name, random});
  }
}

void add_tiny(std::vector<LtdetrName>& names) {
  LtdetrConfig config = tiny();
  add(names, config, false);
  config.name += "v2";
  config.decoder.kind = DecoderKind::kDfine;
  add(names, config, false);
}

}  // namespace

const std::vector<LtdetrName>& ltdetr_names() {
  static const std::vector<LtdetrName> names = [] {
    std::vector<LtdetrName> all;
    add_first_generation(all);
    add_second_generation(all);
    add_tiny(all);
    return all;
  }();
  return names;
}

const LtdetrName* find_ltdetr(const std::string& name) {
  const std::vector<LtdetrName>& names = ltdetr_names();
  const auto found = std::find_if(
      names.begin(), names.end(), [&](const LtdetrName& known) { return known.name == name; });
  return found == names.end() ? nullptr : &*found;
}

}  // namespace saker

#include "backbones/backbone_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/nearest_name.hpp"

namespace saker {
namespace {

constexpr std::int64_t kTrainedSide = 518;      // pixels of the images of DINOv2's published models
constexpr std::int64_t kUntrainedSide = 224;    // and of those that start from nothing
constexpr double kPublishedDropPathRate = 0.3;  // in pretraining, whatever the size

struct VitSize {
  std::int64_t width, depth, heads;
};
constexpr VitSize kTiny = {192, 12, 3}, kSmall = {384, 12, 6}, kBase = {768, 12, 12},
                  kLarge = {1024, 24, 16};

BackboneConfig vit(BackboneKind kind, std::string name, const VitSize& size) {
  BackboneConfig config;
  config.name = std::move(name);
  config.kind = kind;
  config.width = size.width;
  config.depth = size.depth;
  config.heads = size.heads;
  return config;
}

// Appends the published model and its variants, which differ by their weights alone.
void add_with_variants(std::vector<BackboneConfig>& configs,
                       const BackboneConfig& published,
                       bool eupe) {
  configs.push_back(published);
  configs.push_back(published);
  configs.back().name += kNotPretrainedSuffix;
  if (!eupe) return;
  configs.push_back(published);
  configs.back().name += "-eupe";
}

void add_dinov3_vits(std::vector<BackboneConfig>& configs) {
  struct Row {
    const char* name;
    VitSize size;
    std::int64_t ffn_ratio;
    bool eupe;
  };
  constexpr std::array<Row, 5> kRows = {{{"vitt16", kTiny, 4, true},
                                         {"vitt16plus", kTiny, 6, false},
                                         {"vits16", kSmall, 4, true},
                                         {"vitb16", kBase, 4, true},
                                         {"vitl16", kLarge, 4, false}}};
  for (const Row& row : kRows) {
    BackboneConfig config =
        vit(BackboneKind::kDinov3Vit, std::string("dinov3/") + row.name, row.size);
    config.ffn_ratio = row.ffn_ratio;
    config.patch_size = 16;
    config.register_tokens = 4;
    add_with_variants(configs, config, row.eupe);
  }
}

void add_convnexts(std::vector<BackboneConfig>& configs) {
  struct Row {
    const char* name;
    std::array<std::int64_t, 4> widths;
    std::int64_t third_depth;
    bool eupe;
  };
  constexpr std::array<Row, 4> kRows = {{{"tiny", {96, 192, 384, 768}, 9, true},
                                         {"small", {96, 192, 384, 768}, 27, true},
                                         {"base", {128, 256, 512, 1024}, 27, true},
                                         {"large", {192, 384, 768, 1536}, 27, false}}};
  for (const Row& row : kRows) {
    BackboneConfig config;
    config.name = std::string("dinov3/convnext-") + row.name;
    config.kind = BackboneKind::kConvNext;
    config.stage_widths = row.widths;
    config.stage_depths = {3, 3, row.third_depth, 3};
    add_with_variants(configs, config, row.eupe);
  }
}

void set_registers(BackboneConfig& config, std::int64_t count) {
  config.register_tokens = count;
  // Models without registers were published with another way to resample positions.
  config.position_offset = count == 0 ? 0.1 : 0.0;
  config.position_antialias = count != 0;
}

void add_dinov2_vits(std::vector<BackboneConfig>& configs) {
  struct Row {
    const char* name;
    VitSize size;
    // Of the variant that starts from nothing.
    double drop_path_rate;
    bool swiglu;
    std::int64_t block_chunks;
  };
  constexpr std::array<Row, 3> kRows = {{{"vits14", kSmall, 0.1, false, 0},
                                         {"vitb14", kBase, 0.2, true, 0},
                                         {"vitl14", kLarge, 0.4, true, 4}}};
  for (const Row& row : kRows) {
    for (const bool registers : {true, false}) {
      BackboneConfig config = vit(BackboneKind::kDinov2Vit,
                                  fmt::format("dinov2/{}{}", row.name, registers ? "" : "-noreg"),
                                  row.size);
      config.patch_size = 14;
      set_registers(config, registers ? 4 : 0);
      config.position_grid = kTrainedSide / config.patch_size;
      config.pretraining_drop_path_rate = kPublishedDropPathRate;
      configs.push_back(config);

      config.name += kNotPretrainedSuffix;
      config.position_grid = kUntrainedSide / config.patch_size;
      config.pretraining_drop_path_rate = row.drop_path_rate;
      config.swiglu = row.swiglu;
      config.block_chunks = row.block_chunks;
      configs.push_back(config);
    }
  }
  BackboneConfig test = vit(BackboneKind::kDinov2Vit, "dinov2/_vittest14", {8, 3, 2});
  test.ffn_ratio = 1;
  test.patch_size = 14;
  set_registers(test, 0);
  test.position_grid = kUntrainedSide / test.patch_size;
  test.pretraining_drop_path_rate = kPublishedDropPathRate;
  configs.push_back(test);
}

void add_ecvits(std::vector<BackboneConfig>& configs) {
  struct Row {
    const char* name;
    VitSize size;
    std::int64_t ffn_ratio, projectors, projector_width;
  };
  constexpr std::array<Row, 4> kRows = {{{"ecvitt", {192, 12, 3}, 4, 1, 192},
                                         {"ecvittplus", {256, 12, 4}, 4, 1, 256},
                                         {"ecvits", {384, 12, 6}, 4, 3, 256},
                                         {"ecvitsplus", {384, 12, 6}, 6, 3, 256}}};
  for (const Row& row : kRows) {
    BackboneConfig config =
        vit(BackboneKind::kEcVit, std::string("edgecrafter/") + row.name, row.size);
    config.ffn_ratio = row.ffn_ratio;
    config.patch_size = 16;
    config.register_tokens = 1;
    config.projectors = row.projectors;
    config.projector_width = row.projector_width;
    add_with_variants(configs, config, /*eupe=*/false);
  }
  BackboneConfig older_name = *std::ranges::find(
      configs, std::string("edgecrafter/ecvitt-notpretrained"), &BackboneConfig::name);
  older_name.name = "edgecrafter/_ecvitt-notpretrained";
  configs.push_back(older_name);
}

}  // namespace

const std::vector<BackboneConfig>& backbone_configs() {
  static const std::vector<BackboneConfig> kConfigs = [] {
    std::vector<BackboneConfig> configs;
    add_dinov3_vits(configs);
    add_convnexts(configs);
    add_dinov2_vits(configs);
    add_ecvits(configs);
    return configs;
  }();
  return kConfigs;
}

std::optional<BackboneConfig> find_backbone(const std::string& name) {
  const auto found = std::ranges::find(backbone_configs(), name, &BackboneConfig::name);
  if (found == backbone_configs().end()) return std::nullopt;
  return *found;
}

BackboneConfig backbone_by_name(const std::string& name) {
  if (const std::optional<BackboneConfig> found = find_backbone(name)) return *found;
  if (is_giant(name)) throw giant_not_offered(name);
  std::vector<std::string> names;
  for (const BackboneConfig& config : backbone_configs()) names.push_back(config.name);
  const std::vector<std::string> nearest = nearest_names(name, names, 3);
  throw Error(
      ErrorKind::kUsage,
      nearest.empty()
          ? fmt::format("there is no backbone '{}'; known are {}", name, fmt::join(names, ", "))
          : fmt::format(
                "there is no backbone '{}'; did you mean {}?", name, fmt::join(nearest, " or ")));
}

bool is_giant(std::string_view name) {
  constexpr std::array<std::string_view, 3> kGiants = {
      "dinov2/vitg14", "dinov3/vith16", "dinov3/vit7b16"};
  return std::ranges::any_of(kGiants,
                             [&](std::string_view giant) { return name.starts_with(giant); });
}

Error giant_not_offered(const std::string& name) {
  return {ErrorKind::kUnsupported,
          fmt::format("'{}' is not offered: its backbone is too large; the largest ones here are "
                      "dinov3/vitl16 and dinov2/vitl14",
                      name)};
}

BackboneConfig with_patch_size(BackboneConfig config, std::int64_t patch_size) {
  if (patch_size == config.patch_size) return config;
  if (patch_size < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("patch_size is {}; it must be positive", patch_size));
  }
  if (config.kind == BackboneKind::kConvNext || config.kind == BackboneKind::kEcVit) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("patch_size {} cannot be used with {}, {}",
                    patch_size,
                    config.name,
                    config.kind == BackboneKind::kConvNext ? "which has no patches; leave it out"
                                                           : "whose patches are 16 pixels wide"));
  }
  if (config.position_grid > 0) {
    const std::int64_t side = config.position_grid * config.patch_size;
    config.position_grid = std::max<std::int64_t>(side / patch_size, 1);
  }
  config.patch_size = patch_size;
  return config;
}

}  // namespace saker

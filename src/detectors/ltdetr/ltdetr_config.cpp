#include "detectors/ltdetr/ltdetr_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kConvStride = 32;  // of the coarsest map of ConvNeXt

bool is_pyramid_vit(const LtdetrConfig& config) {
  return config.backbone.is_vit() && config.encoder.rescale;
}

std::string size_text(ImageSize size) {
  return fmt::format("image_size {}x{} (height x width)", size.height, size.width);
}

}  // namespace

ImageSize default_ltdetr_size(std::int64_t multiple) {
  constexpr std::int64_t kSide = 640;
  const std::int64_t side = (kSide + multiple - 1) / multiple * multiple;
  return {side, side};
}

DecoderConfig dfine_decoder_of(const LtdetrConfig& config) {
  DecoderConfig decoder = config.decoder;
  if (decoder.kind == DecoderKind::kDfine) return decoder;
  if (!config.encoder.rescale) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("decoder_name: {} has no dfine decoder; use "
                            "rtdetrv2, or another model",
                            config.name));
  }
  decoder.kind = DecoderKind::kDfine;
  decoder.points = {3, 6, 3};
  if (config.backbone.is_vit()) return decoder;
  // ConvNeXt, by the width of its last stage.
  const std::int64_t width = config.backbone.stage_widths.back();
  decoder.ffn_width = 2048;
  decoder.layers = width > 1024 ? 6 : width > 768 ? 4 : 3;
  if (width > 1024) decoder.reg_scale = 8;
  return decoder;
}

LtdetrConfig with_patch_size(const LtdetrConfig& config, std::int64_t patch_size) {
  const std::int64_t usual = config.backbone.patch_size;
  if (patch_size == usual) return config;
  LtdetrConfig changed = config;
  changed.backbone = with_patch_size(config.backbone, patch_size);
  if (!config.encoder.rescale) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format(
            "patch_size is {}; {} is offered with {} alone", patch_size, config.name, usual));
  }
  if (patch_size % 2 != 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("patch_size is {}; it must be even, since the "
                            "finest maps of {} have a "
                            "stride of half a patch",
                            patch_size,
                            config.name));
  }
  changed.adapter->prior_width = config.adapter->prior_width / usual * patch_size;
  changed.decoder.strides = {patch_size / 2, patch_size, 2 * patch_size};
  changed.image_size = default_ltdetr_size(2 * patch_size);
  return changed;
}

std::int64_t ltdetr_size_multiple(const LtdetrConfig& config) {
  if (!config.backbone.is_vit()) return kConvStride;
  return is_pyramid_vit(config) ? 2 * config.backbone.patch_size : config.backbone.patch_size;
}

std::int64_t ltdetr_least_pixels(const LtdetrConfig& config) {
  double tokens_per_pixel = 0;
  for (const std::int64_t stride : config.decoder.strides)
    tokens_per_pixel += 1.0 / static_cast<double>(stride * stride);
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(config.decoder.queries) / tokens_per_pixel));
}

void require_ltdetr_size(const LtdetrConfig& config, ImageSize size) {
  const std::int64_t multiple = ltdetr_size_multiple(config);
  if (size.height > 0 && size.width > 0 && size.height % multiple == 0 &&
      size.width % multiple == 0)
    return;
  const auto nearest = [&](std::int64_t side) {
    return std::max((side + multiple / 2) / multiple, std::int64_t{1}) * multiple;
  };
  throw Error(ErrorKind::kUsage,
              fmt::format("{} does not fit {}: both sides must be multiples of {}, such as {}x{}",
                          size_text(size),
                          config.name,
                          multiple,
                          nearest(size.height),
                          nearest(size.width)));
}

void require_ltdetr_tokens(const LtdetrConfig& config, ImageSize size) {
  std::int64_t tokens = 0;
  for (const std::int64_t stride : config.decoder.strides)
    tokens += (size.height / stride) * (size.width / stride);
  if (tokens >= config.decoder.queries) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} is too small for {}: its maps have {} positions, and {} queries are "
                          "chosen among them",
                          size_text(size),
                          config.name,
                          tokens,
                          config.decoder.queries));
}

std::string ltdetr_name_in_files(const LtdetrConfig& config) {
  const std::string& name = config.name;
  const bool ours = name.starts_with("ltdetrv2-") && name.ends_with(kNotPretrainedSuffix);
  return ours ? name.substr(0, name.size() - kNotPretrainedSuffix.size()) : name;
}

}  // namespace saker

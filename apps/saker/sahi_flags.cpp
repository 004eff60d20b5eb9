#include "sahi_flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string_view>

#include "saker/error.hpp"

namespace saker {
namespace {

std::optional<std::int64_t> parse_pixels(std::string_view text) {
  std::int64_t pixels = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pixels);
  if (error != std::errc() || end != text.data() + text.size() || pixels < 1) return std::nullopt;
  return pixels;
}

}  // namespace

SahiFlags::SahiFlags(CLI::App& command) {
  CLI::Option* sahi = command.add_flag(
      "--sahi", chosen_, "Look at tiles of each image too: for small objects in large images");
  command
      .add_option("--overlap",
                  args_.overlap,
                  "Share of a tile that its neighbour covers too, below 1 (default 0.2)")
      ->needs(sahi);
  command
      .add_option("--nms-iou-threshold",
                  args_.nms_iou_threshold,
                  "Boxes of tiles that overlap a better one by more are merged with it (default "
                  "0.3)")
      ->needs(sahi);
  command
      .add_option(
          "--global-local-iou-threshold",
          args_.global_local_iou_threshold,
          "Boxes of tiles that overlap one of the same class of the whole image by more are "
          "dropped (default 0.1)")
      ->needs(sahi);
  command
      .add_option("--tile-size",
                  tile_size_,
                  "Pixels: 640, or 512x768 for height x width (default: the network's input)")
      ->needs(sahi);
  command
      .add_option("--merge",
                  merge_,
                  "What becomes of a box that overlaps a better one: nms drops it (default), nmm "
                  "lets the better one grow over it")
      ->check(CLI::IsMember({"nms", "nmm"}))
      ->needs(sahi);
  command
      .add_option(
          "--overlap-measure",
          measure_,
          "How much boxes of tiles overlap: iou (default), or ios, the share of the smaller "
          "one")
      ->check(CLI::IsMember({"iou", "ios"}))
      ->needs(sahi);
  command.add_flag("--class-wise", args_.class_wise, "Merge only boxes of the same class of tiles")
      ->needs(sahi);
  command.add_flag("--no-global-view", no_global_view_, "Look at the tiles alone")->needs(sahi);
}

SahiArgs SahiFlags::args(double threshold, std::optional<std::int64_t> batch_size) const {
  SahiArgs args = args_;
  args.threshold = threshold;
  args.batch_size = batch_size.value_or(args.batch_size);
  if (!tile_size_.empty()) args.tile_size = parse_tile_size(tile_size_);
  args.merge = merge_ == "nmm" ? BoxMerge::kNmm : BoxMerge::kNms;
  args.overlap_measure = measure_ == "ios" ? BoxOverlap::kIos : BoxOverlap::kIou;
  args.global_view = !no_global_view_;
  return args;
}

TileSize parse_tile_size(const std::string& text) {
  const std::string_view view = text;
  const std::size_t by = view.find('x');
  const auto height = parse_pixels(view.substr(0, by));
  const auto width = by == std::string_view::npos ? height : parse_pixels(view.substr(by + 1));
  if (!height || !width) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--tile-size must be pixels like 640, or 512x768 for height x width, "
                            "but is '{}'",
                            text));
  }
  return {.height = *height, .width = *width};
}

}  // namespace saker

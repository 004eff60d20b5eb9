#include "inference/tiled_prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "inference/merge_detections.hpp"
#include "inference/score_threshold.hpp"
#include "inference/tile_source.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

ImageSize tile_size(const SahiArgs& args, const BackendModel& model) {
  if (!args.tile_size) return model.input.size;
  return {.height = args.tile_size->height, .width = args.tile_size->width};
}

float ratio(std::int64_t a, std::int64_t b) {
  return static_cast<float>(static_cast<double>(a) / static_cast<double>(b));
}

}  // namespace

void check_sahi_args(const SahiArgs& args) {
  require_fraction("threshold", args.threshold);
  require_fraction("nms_iou_threshold", args.nms_iou_threshold);
  require_fraction("global_local_iou_threshold", args.global_local_iou_threshold);
  if (args.batch_size < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch_size must be at least 1 but is {}", args.batch_size));
  }
  const TileSize tile = args.tile_size.value_or(TileSize{.height = 1, .width = 1});
  make_tile_grid({1, 1}, {.height = tile.height, .width = tile.width}, args.overlap);
}

TiledPrediction::TiledPrediction(Backend& backend, const SahiArgs& args)
    : backend_(backend), args_(args), tile_(tile_size(args, backend.model())) {
  check_sahi_args(args);
  batch_.resize(static_cast<std::size_t>(args.batch_size) * backend.model().input.value_count());
}

void TiledPrediction::add(ImageRows& image) {
  const std::size_t number = found_.size();
  found_.emplace_back();
  const ImageSize size{.height = image.height(), .width = image.width()};
  const TileGrid grid = make_tile_grid(size, tile_, args_.overlap);
  std::vector<float> whole_image(args_.global_view ? backend_.model().input.value_count() : 0);
  TileSource source(image, backend_.model().input, grid, whole_image);
  View view{.image = number,
            .size = tile_,
            .x_factor = ratio(grid.size.width, size.width),
            .y_factor = ratio(grid.size.height, size.height)};
  for (std::size_t row = 0; row < grid.y_starts.size(); ++row) {
    source.read_row(row);
    view.y = static_cast<float>(grid.y_starts[row]);
    for (const std::int64_t x : grid.x_starts) {
      view.x = static_cast<float>(x);
      source.write_tile(x, slot(views_.size()));
      push(view);
    }
  }
  if (!args_.global_view) return;
  std::copy(whole_image.begin(), whole_image.end(), slot(views_.size()).begin());
  push({.image = number, .is_whole_image = true, .size = size});
}

std::vector<Detections> TiledPrediction::finish() {
  if (!views_.empty()) run_batch();
  std::vector<Detections> results;
  for (const Found& found : std::exchange(found_, {}))
    results.push_back(combine_views(found.whole_image, found.tiles, args_));
  return results;
}

std::span<float> TiledPrediction::slot(std::size_t place) {
  const std::size_t values = backend_.model().input.value_count();
  return std::span(batch_).subspan(place * values, values);
}

void TiledPrediction::push(const View& view) {
  views_.push_back(view);
  if (views_.size() == static_cast<std::size_t>(args_.batch_size)) run_batch();
}

void TiledPrediction::run_batch() {
  std::vector<ImageSize> sizes;
  for (const View& view : views_) sizes.push_back(view.size);
  const std::span<const float> used =
      std::span(batch_).first(views_.size() * backend_.model().input.value_count());
  const std::vector<Detections> candidates =
      backend_.run(used, static_cast<std::int64_t>(views_.size()))->detections(sizes);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const View& view = views_[i];
    const Detections kept =
        above_threshold(candidates[i], args_.threshold, backend_.model().threshold_inclusive);
    Found& found = found_[view.image];
    Detections& target = view.is_whole_image ? found.whole_image : found.tiles;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      const Box& box = kept.bboxes[k];
      target.add(kept.labels[k],
                 {.x1 = (box.x1 + view.x) / view.x_factor,
                  .y1 = (box.y1 + view.y) / view.y_factor,
                  .x2 = (box.x2 + view.x) / view.x_factor,
                  .y2 = (box.y2 + view.y) / view.y_factor},
                 kept.scores[k]);
    }
  }
  views_.clear();
}

}  // namespace saker

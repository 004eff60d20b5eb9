// Prediction in tiles, for objects that are small in large images.
//
//   auto model = saker::load_model("best.pt");
//   auto results = model.predict_sahi("aerial.tif", {.overlap = 0.2, .threshold = 0.6});
#pragma once

#include <cstdint>
#include <optional>

namespace saker {

// What becomes of a box that overlaps a better one.
enum class BoxMerge {
  kNms,  // it goes
  kNmm,  // the better one grows to hold both
};

// What overlaps are measured by: the intersection's area over that of the union or of the smaller
// box.
enum class BoxOverlap { kIou, kIos };

struct TileSize {
  std::int64_t height = 0, width = 0;  // pixels
};

// An image is cut into tiles of one size, each of which the network sees as an image of its own,
// beside a view of the whole. Boxes of all tiles are merged with each other, and those that repeat
// what the view of the whole has found are dropped.
struct SahiArgs {
  double overlap = 0.2;    // share of a tile that its neighbour covers too, [0, 1)
  double threshold = 0.6;  // least score that is kept, in every view
  // Boxes of tiles that overlap a better one by more are merged with it; [0, 1].
  double nms_iou_threshold = 0.3;
  // Boxes of tiles go that have a larger IoU with a box of the same class of the global view;
  // [0, 1].
  double global_local_iou_threshold = 0.1;
  std::optional<TileSize> tile_size = {};  // default: the network's input
  bool global_view = true;                 // whether the network sees the whole image too
  bool class_wise = false;                 // whether only boxes of the same class are merged
  BoxMerge merge = BoxMerge::kNms;
  BoxOverlap overlap_measure = BoxOverlap::kIou;  // of nms_iou_threshold
  std::int64_t batch_size = 4;  // tiles that the network sees at once; bounds the memory
};

}  // namespace saker

// Seconds to merge the boxes of a file: FILE. One box a line: x1 y1 x2 y2 score label. Prints the
// median for NMS and for NMM, and how many boxes are left.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

#include "inference/merge_detections.hpp"

namespace saker {
namespace {

Detections read_boxes(const char* path) {
  std::ifstream file(path);
  Detections boxes;
  Box box;
  float score = 0;
  std::int64_t label = 0;
  while (file >> box.x1 >> box.y1 >> box.x2 >> box.y2 >> score >> label)
    boxes.add(label, box, score);
  return boxes;
}

void measure(const char* name, const Detections& boxes, const OverlapRule& rule, BoxMerge merge) {
  std::vector<double> seconds;
  std::size_t left = 0;
  for (int run = 0; run < 9; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    left = merge_overlapping(boxes, rule, merge).size();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf(
      "%s %.6f s, %zu of %zu boxes left\n", name, seconds[seconds.size() / 2], left, boxes.size());
}

}  // namespace
}  // namespace saker

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const saker::Detections boxes = saker::read_boxes(argv[1]);
  saker::measure("nms iou 0.3", boxes, {.threshold = 0.3}, saker::BoxMerge::kNms);
  saker::measure("nmm ios 0.5 class-wise",
                 boxes,
                 {.measure = saker::BoxOverlap::kIos, .threshold = 0.5, .class_wise = true},
                 saker::BoxMerge::kNmm);
  return 0;
}

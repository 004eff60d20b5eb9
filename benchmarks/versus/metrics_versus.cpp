// Times CocoEvaluator on a file that versus.py writes: counts, boxes, scores, labels, true boxes,
// true labels.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "core/file.hpp"
#include "metrics/coco_average_precision.hpp"

namespace {

template <typename T>
std::vector<T> take(const std::vector<std::byte>& file, std::size_t& offset, std::size_t count) {
  std::vector<T> values(count);
  std::memcpy(values.data(), file.data() + offset, count * sizeof(T));
  offset += count * sizeof(T);
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::vector<std::byte> file = saker::read_file(argv[1]);
  std::size_t offset = 0;
  const auto counts = take<std::int64_t>(file, offset, 3);
  const auto images = static_cast<std::size_t>(counts[0]);
  const auto detections = static_cast<std::size_t>(counts[1]);
  const auto truths = static_cast<std::size_t>(counts[2]);
  const auto boxes = take<float>(file, offset, images * detections * 4);
  const auto scores = take<float>(file, offset, images * detections);
  const auto labels = take<std::int64_t>(file, offset, images * detections);
  const auto true_boxes = take<float>(file, offset, images * truths * 4);
  const auto true_labels = take<std::int64_t>(file, offset, images * truths);

  const auto begin = std::chrono::steady_clock::now();
  saker::CocoEvaluator evaluator;
  for (std::size_t i = 0; i < images; ++i) {
    evaluator.add_image({.boxes_xyxy = {boxes.data() + i * detections * 4, detections * 4},
                         .scores = {scores.data() + i * detections, detections},
                         .labels = {labels.data() + i * detections, detections}},
                        {.boxes_xyxy = {true_boxes.data() + i * truths * 4, truths * 4},
                         .labels = {true_labels.data() + i * truths, truths}});
  }
  const saker::CocoResult result = evaluator.compute();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("SECONDS %.6f MAP %.6f\n", seconds, result.map);
  return 0;
}

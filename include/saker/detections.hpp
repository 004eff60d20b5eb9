// What a detector finds in one image.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace saker {

// Corners in pixels: x1, y1 is the upper left one. Origin at the upper left corner of the image, x
// to the right.
struct Box {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;

  friend bool operator==(const Box&, const Box&) = default;
};

// Parallel arrays, one entry a detection.
struct Detections {
  std::vector<std::int64_t>
      labels;                 // class ids of the data set's `names`, not indices of the network
  std::vector<Box> bboxes;    // pixels of the original image
  std::vector<float> scores;  // [0, 1]

  std::size_t size() const noexcept { return labels.size(); }
  bool empty() const noexcept { return labels.empty(); }
  void add(std::int64_t label, const Box& box, float score) {
    labels.push_back(label);
    bboxes.push_back(box);
    scores.push_back(score);
  }
};

// Class id -> name, in the order of the network's outputs.
using ClassNames = std::vector<std::pair<std::int64_t, std::string>>;

}  // namespace saker

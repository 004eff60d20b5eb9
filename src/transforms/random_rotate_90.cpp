#include "transforms/random_rotate_90.hpp"

namespace saker {

void rotate_sample_90(Sample& sample, int quarter_turns) {
  sample.image.rotate_90(quarter_turns);
  for (CornerBox& box : sample.boxes.boxes) {
    if (quarter_turns == 1) {
      box = {box.y1, 1 - box.x2, box.y2, 1 - box.x1};
    } else if (quarter_turns == 2) {
      box = {1 - box.x2, 1 - box.y2, 1 - box.x1, 1 - box.y1};
    } else if (quarter_turns == 3) {
      box = {1 - box.y2, box.x1, 1 - box.y1, box.x2};
    }
  }
}

void random_rotate_90(const RandomRotate90Settings& settings, RandomStream& draws, Sample& sample) {
  if (draws.uniform() >= settings.prob) return;
  rotate_sample_90(sample, static_cast<int>(draws.uniform_int(0, 3)));
}

}  // namespace saker

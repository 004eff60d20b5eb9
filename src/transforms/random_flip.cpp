#include "transforms/random_flip.hpp"

namespace saker {

void flip_sample_horizontal(Sample& sample) {
  sample.image.flip_horizontal();
  for (CornerBox& box : sample.boxes.boxes) box = {1 - box.x2, box.y1, 1 - box.x1, box.y2};
}

void flip_sample_vertical(Sample& sample) {
  sample.image.flip_vertical();
  for (CornerBox& box : sample.boxes.boxes) box = {box.x1, 1 - box.y2, box.x2, 1 - box.y1};
}

void random_flip_horizontal(const RandomFlipSettings& settings,
                            RandomStream& draws,
                            Sample& sample) {
  if (settings.horizontal_prob > 0 && draws.uniform() < settings.horizontal_prob)
    flip_sample_horizontal(sample);
}

void random_flip_vertical(const RandomFlipSettings& settings, RandomStream& draws, Sample& sample) {
  if (settings.vertical_prob > 0 && draws.uniform() < settings.vertical_prob)
    flip_sample_vertical(sample);
}

}  // namespace saker

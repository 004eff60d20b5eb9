#include "transforms/mixup.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace saker {
namespace {

void blend(std::span<float> own, std::span<const float> other, float own_share) {
  const float rest = 1.0F - own_share;
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = own_share * own[i] + rest * other[i];
}

void append(Annotations& own, const Annotations& other) {
  own.boxes.insert(own.boxes.end(), other.boxes.begin(), other.boxes.end());
  own.classes.insert(own.classes.end(), other.classes.begin(), other.classes.end());
}

}  // namespace

float draw_own_share(RandomStream& draws) { return static_cast<float>(draws.uniform(0.45, 0.55)); }

void mixup(Batch& batch, float own_share) {
  const auto count = static_cast<std::size_t>(batch.count());
  if (count < 2) return;
  const std::span<float> images = batch.images;
  const std::size_t values = images.size() / count;
  const auto image = [&](std::size_t i) { return images.subspan(i * values, values); };
  // From the back, so that each still finds its neighbour unmixed; the first needs the last as it
  // was.
  PooledFloats last = batch.images.another(values);
  std::ranges::copy(image(count - 1), last.begin());
  for (std::size_t i = count - 1; i > 0; --i) blend(image(i), image(i - 1), own_share);
  blend(image(0), last, own_share);

  const Annotations last_annotations = batch.annotations.back();
  for (std::size_t i = count - 1; i > 0; --i)
    append(batch.annotations[i], batch.annotations[i - 1]);
  append(batch.annotations[0], last_annotations);
}

}  // namespace saker

#include "transforms/copyblend.hpp"

#include <algorithm>
#include <cstddef>

#include "transforms/mixup.hpp"

namespace saker {
namespace {

// Pixels, cut toward zero, then clipped to 0 .. side.
std::int64_t pixel(double fraction, std::int64_t side) {
  const double position =
      std::clamp(fraction * static_cast<double>(side), -1.0, static_cast<double>(side));
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(position));
}

// What is copied around an object on one side.
std::int64_t margin(std::int64_t wanted, std::int64_t room_in_source, std::int64_t room_in_target) {
  return std::max<std::int64_t>(0, std::min({wanted, room_in_source, room_in_target}));
}

class Blender {
 public:
  Blender(Batch& batch, float own_share)
      : batch_(&batch),
        originals_(batch.images.another(batch.images.size())),
        own_share_(own_share) {
    std::ranges::copy(batch.images, originals_.begin());
  }

  void blend(std::int64_t source, std::int64_t target, const CopyblendPatch& patch) {
    const float rest = 1.0F - own_share_;
    for (std::int64_t c = 0; c < batch_->channels; ++c) {
      for (std::int64_t y = 0; y < patch.height; ++y) {
        const float* from = originals_.data() + at(source, c, patch.source_y + y, patch.source_x);
        float* to = batch_->images.data() + at(target, c, patch.target_y + y, patch.target_x);
        for (std::int64_t x = 0; x < patch.width; ++x) to[x] = own_share_ * to[x] + rest * from[x];
      }
    }
  }

 private:
  std::int64_t at(std::int64_t image, std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return ((image * batch_->channels + channel) * batch_->size.height + y) * batch_->size.width +
           x;
  }

  Batch* batch_;
  PooledFloats originals_;
  float own_share_;
};

NormalizedBox placed_box(const CopyblendObject& object,
                         const CopyblendPlacement& placement,
                         ImageSize size) {
  const auto height = static_cast<double>(size.height);
  const auto width = static_cast<double>(size.width);
  const auto object_height = static_cast<double>(object.y2 - object.y1);
  const auto object_width = static_cast<double>(object.x2 - object.x1);
  return {(static_cast<double>(placement.x) + object_width / 2) / width,
          (static_cast<double>(placement.y) + object_height / 2) / height,
          object_width / width,
          object_height / height};
}

}  // namespace

std::vector<CopyblendObject> copyblend_pool(const Batch& batch, std::int64_t area_threshold) {
  std::vector<CopyblendObject> pool;
  const auto [height, width] = batch.size;
  for (std::int64_t image = 0; image < batch.count(); ++image) {
    const Annotations& annotations = batch.annotations[static_cast<std::size_t>(image)];
    for (std::size_t i = 0; i < annotations.boxes.size(); ++i) {
      const NormalizedBox& box = annotations.boxes[i];
      const CopyblendObject object = {image,
                                      pixel(box.center_x - box.width / 2, width),
                                      pixel(box.center_y - box.height / 2, height),
                                      pixel(box.center_x + box.width / 2, width),
                                      pixel(box.center_y + box.height / 2, height),
                                      annotations.classes[i]};
      const std::int64_t object_width = object.x2 - object.x1;
      const std::int64_t object_height = object.y2 - object.y1;
      if (object_width > 0 && object_height > 0 && object_width * object_height >= area_threshold)
        pool.push_back(object);
    }
  }
  return pool;
}

CopyblendPlan draw_copyblend(const CopyblendSettings& settings,
                             const Batch& batch,
                             const std::vector<CopyblendObject>& pool,
                             RandomStream& draws) {
  CopyblendPlan plan;
  plan.own_share = draw_own_share(draws);
  const auto pool_size = static_cast<std::int64_t>(pool.size());
  const std::int64_t copies = std::min(settings.num_objects, pool_size);
  const auto place = [&draws](std::int64_t room) {
    return draws.uniform_int(0, std::max<std::int64_t>(0, room));
  };
  plan.placements.resize(static_cast<std::size_t>(batch.count()));
  for (std::vector<CopyblendPlacement>& placements : plan.placements) {
    const std::vector<std::int64_t> order = draws.permutation(pool_size);
    for (std::int64_t i = 0; i < copies; ++i) {
      CopyblendPlacement placement;
      placement.object = order[static_cast<std::size_t>(i)];
      const CopyblendObject& object = pool[static_cast<std::size_t>(placement.object)];
      placement.x = place(batch.size.width - (object.x2 - object.x1));
      placement.y = place(batch.size.height - (object.y2 - object.y1));
      placement.expand_ratio = draws.uniform(settings.expand_ratios[0], settings.expand_ratios[1]);
      placements.push_back(placement);
    }
  }
  return plan;
}

CopyblendPatch copyblend_patch(const CopyblendObject& object,
                               const CopyblendPlacement& placement,
                               ImageSize size) {
  const std::int64_t width = object.x2 - object.x1;
  const std::int64_t height = object.y2 - object.y1;
  const auto expand = [&placement](std::int64_t side) {
    return static_cast<std::int64_t>(static_cast<double>(side) * placement.expand_ratio);
  };
  const std::int64_t more_x = expand(width);
  const std::int64_t more_y = expand(height);
  const std::int64_t left = margin(more_x, object.x1, placement.x);
  const std::int64_t top = margin(more_y, object.y1, placement.y);
  const std::int64_t right =
      margin(more_x, size.width - object.x2, size.width - placement.x - width);
  const std::int64_t bottom =
      margin(more_y, size.height - object.y2, size.height - placement.y - height);
  return {object.x1 - left,
          object.y1 - top,
          placement.x - left,
          placement.y - top,
          left + width + right,
          top + height + bottom};
}

void apply_copyblend(const std::vector<CopyblendObject>& pool,
                     const CopyblendPlan& plan,
                     Batch& batch) {
  Blender blender(batch, plan.own_share);
  for (std::size_t image = 0; image < plan.placements.size(); ++image) {
    for (const CopyblendPlacement& placement : plan.placements[image]) {
      const CopyblendObject& object = pool[static_cast<std::size_t>(placement.object)];
      blender.blend(object.image,
                    static_cast<std::int64_t>(image),
                    copyblend_patch(object, placement, batch.size));
      batch.annotations[image].boxes.push_back(placed_box(object, placement, batch.size));
      batch.annotations[image].classes.push_back(object.class_index);
    }
  }
}

void copyblend(const CopyblendSettings& settings, RandomStream& draws, Batch& batch) {
  const std::vector<CopyblendObject> pool = copyblend_pool(batch, settings.area_threshold);
  if (pool.empty()) return;
  apply_copyblend(pool, draw_copyblend(settings, batch, pool, draws), batch);
}

}  // namespace saker

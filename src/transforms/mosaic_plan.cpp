#include "transforms/mosaic_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace saker {
namespace {

RandomStream stream_of(const BatchKey& key, std::int64_t index, std::string_view purpose) {
  return RandomStream({.seed = key.seed,
                       .purpose = purpose,
                       .epoch = static_cast<std::uint64_t>(key.epoch),
                       .index = static_cast<std::uint64_t>(index)});
}

// An image that became a mosaic.
struct CachedImage {
  std::int64_t index = 0;
  std::int64_t last_age = 0;  // it is there for the mosaics 0 .. last_age after its own
};

class CacheHistory {
 public:
  CacheHistory(const MosaicSettings& settings,
               const ScheduledBatch& batch,
               const BatchHistory& history)
      : settings_(&settings) {
    const auto enough =
        static_cast<std::size_t>((settings.random_pop ? 8 : 1) * settings.max_cached_images);
    std::int64_t number = batch.key.batch;
    while (history && images_.size() < enough) {
      if (number == 0) {
        is_whole_ = true;
        break;
      }
      const ScheduledBatch earlier = history(--number);
      if (!settings.window.contains(earlier.key.step)) {
        is_whole_ = true;
        break;
      }
      for (auto index = earlier.indices.rbegin(); index != earlier.indices.rend(); ++index) {
        if (stream_of(earlier.key, *index, "mosaic").uniform() < settings.prob)
          enter(earlier.key, *index);
      }
    }
    if (!history) is_whole_ = true;
    std::ranges::reverse(images_);
  }

  void enter(const BatchKey& key, std::int64_t index) {
    images_.push_back({index, draw_last_age(key, index)});
  }

  // The images that are there for the mosaic that entered last.
  std::vector<std::int64_t> present() const {
    std::vector<std::int64_t> indices;
    const std::int64_t now = clock(images_.size() - 1);
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (now - clock(i) <= images_[i].last_age) indices.push_back(images_[i].index);
    }
    return indices;
  }

 private:
  std::int64_t draw_last_age(const BatchKey& key, std::int64_t index) const {
    const auto size = static_cast<double>(settings_->max_cached_images);
    if (!settings_->random_pop) return settings_->max_cached_images - 1;
    // With every further mosaic it is the one to leave with a probability of 1 / size.
    const double survival = std::log1p(-1 / size);
    const double age = std::log1p(-stream_of(key, index, "mosaic cache").uniform()) / survival;
    return static_cast<std::int64_t>(std::min(age, 1e15));
  }

  // When random images leave, none does before the cache is full.
  std::int64_t clock(std::size_t image) const {
    const auto number = static_cast<std::int64_t>(image);
    if (!is_whole_ || !settings_->random_pop) return number;
    return std::max(number, settings_->max_cached_images - 1);
  }

  const MosaicSettings* settings_;
  std::vector<CachedImage> images_;  // oldest first
  bool is_whole_ = false;            // from the first mosaic on
};

}  // namespace

std::vector<std::optional<PlannedMosaic>> plan_mosaics(const MosaicSettings& settings,
                                                       const ScheduledBatch& batch,
                                                       const BatchHistory& history) {
  std::vector<std::optional<PlannedMosaic>> plan(batch.indices.size());
  if (!settings.window.contains(batch.key.step)) return plan;
  std::optional<CacheHistory> cache;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    RandomStream draws = stream_of(batch.key, batch.indices[i], "mosaic");
    if (draws.uniform() >= settings.prob) continue;
    if (!cache) cache.emplace(settings, batch, history);
    cache->enter(batch.key, batch.indices[i]);
    const std::vector<std::int64_t> present = cache->present();
    PlannedMosaic& mosaic = plan[i].emplace(PlannedMosaic{.draws = std::move(draws)});
    for (std::int64_t& partner : mosaic.partners) {
      partner = present[static_cast<std::size_t>(
          mosaic.draws.uniform_int(0, static_cast<std::int64_t>(present.size()) - 1))];
    }
  }
  return plan;
}

}  // namespace saker

#include "transforms/mosaic_cache.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace saker {

MosaicCache::MosaicCache(std::size_t capacity) : capacity_(std::max<std::size_t>(1, capacity)) {}

std::shared_ptr<const MosaicTile> MosaicCache::get(std::int64_t index,
                                                   const std::function<MosaicTile()>& make) {
  std::promise<Tile> promise;
  std::optional<std::shared_future<Tile>> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_index_.find(index); found != by_index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      known = entries_.front().tile;
    } else {
      entries_.push_front({index, promise.get_future().share()});
      by_index_[index] = entries_.begin();
      if (entries_.size() > capacity_) {
        by_index_.erase(entries_.back().index);
        entries_.pop_back();
      }
    }
  }
  if (known) return known->get();
  try {
    Tile tile = std::make_shared<const MosaicTile>(make());
    promise.set_value(tile);
    return tile;
  } catch (...) {
    promise.set_exception(std::current_exception());
    const std::lock_guard lock(mutex_);
    if (const auto found = by_index_.find(index); found != by_index_.end()) {
      entries_.erase(found->second);
      by_index_.erase(found);
    }
    throw;
  }
}

}  // namespace saker

// Tiles that mosaics use again, so that an image is decoded once and not for each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "transforms/mosaic.hpp"

namespace saker {

// Only saves work: a tile is a function of its index, so what is found and what is made again are
// equal. Safe from several threads.
class MosaicCache {
 public:
  // Keeps the latest used ones.
  explicit MosaicCache(std::size_t capacity);

  // The tile of an image of the data set. `make` runs without the lock; when several threads want
  // the same tile, one makes it and the others wait. What it throws reaches all of them, and the
  // next call tries again.
  std::shared_ptr<const MosaicTile> get(std::int64_t index,
                                        const std::function<MosaicTile()>& make);

 private:
  using Tile = std::shared_ptr<const MosaicTile>;
  struct Entry {
    std::int64_t index = 0;
    std::shared_future<Tile> tile;
  };

  const std::size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // latest used first
  std::unordered_map<std::int64_t, std::list<Entry>::iterator> by_index_;
};

}  // namespace saker

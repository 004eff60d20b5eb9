#include "core/float_pool.hpp"

#include <algorithm>
#include <utility>

namespace saker {

FloatPool::FloatPool(std::size_t kept) : kept_(kept) {}

std::vector<float> FloatPool::take(std::size_t count) {
  {
    const std::lock_guard lock(mutex_);
    // The smallest that is large enough.
    auto best = free_.end();
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (it->size() >= count && (best == free_.end() || it->size() < best->size())) best = it;
    }
    if (best != free_.end()) {
      std::vector<float> buffer = std::move(*best);
      free_.erase(best);
      return buffer;
    }
  }
  return std::vector<float>(count);
}

void FloatPool::give_back(std::vector<float>&& buffer) {
  std::vector<float> dropped;  // freed without the lock
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(buffer));
  if (free_.size() <= kept_) return;
  // The smallest is the least likely to be of use.
  const auto smallest = std::ranges::min_element(
      free_, {}, [](const std::vector<float>& free) { return free.size(); });
  dropped = std::move(*smallest);
  free_.erase(smallest);
}

PooledFloats::PooledFloats(std::shared_ptr<FloatPool> pool, std::size_t count)
    : pool_(std::move(pool)),
      size_(count),
      memory_(pool_ ? pool_->take(count) : std::vector<float>(count)) {}

PooledFloats& PooledFloats::operator=(PooledFloats&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(size_, other.size_);
  std::swap(memory_, other.memory_);
  return *this;
}

PooledFloats::~PooledFloats() {
  if (pool_ && !memory_.empty()) pool_->give_back(std::move(memory_));
}

}  // namespace saker

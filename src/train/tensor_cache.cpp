#include "train/tensor_cache.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

namespace saker {
namespace {

constexpr std::size_t kLine = 64;            // of the cache; what LibTorch aligns to
constexpr std::size_t kLeastKept = 1 << 16;  // below, the C library keeps memory itself
constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kLeastHuge = 2 * kHugePage;

struct Block {
  std::size_t capacity = 0;
  // Valid while it is kept.
  std::multimap<std::size_t, void*>::iterator by_size = {};
  std::list<void*>::iterator by_age = {};
};

void* new_memory(std::size_t capacity) {
  const bool huge = capacity >= kLeastHuge;
  void* memory = nullptr;
  if (::posix_memalign(&memory, huge ? kHugePage : kLine, capacity) != 0) return nullptr;
  if (huge) ::madvise(memory, capacity, MADV_HUGEPAGE);  // a hint; without, pages are small
  return memory;
}

class TensorCache final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes < kLeastKept || !is_open()) return fallback_->allocate(bytes);
    const std::size_t capacity = (bytes + kLine - 1) / kLine * kLine;
    void* const data = take(capacity);
    if (data == nullptr) return fallback_->allocate(bytes);  // which reports what is missing
    return {data, data, &TensorCache::release, c10::kCPU};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &TensorCache::release; }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    std::memcpy(to, from, count);
  }

  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    open_ = false;
    drop_to(0);
    use_.most_in_use = use_.in_use;
  }
  bool is_open() const { return open_.load(std::memory_order_relaxed); }
  TensorCacheUse use() const {
    const std::scoped_lock lock(mutex_);
    return use_;
  }

  // Never destroyed: tensors may outlive everything.
  static TensorCache& instance() {
    static auto* const cache = new TensorCache;
    return *cache;
  }

 private:
  void* take(std::size_t capacity) {
    const std::scoped_lock lock(mutex_);
    void* data = kept(capacity);
    if (data == nullptr) {
      const std::size_t needed = use_.in_use + capacity;
      drop_to(most_kept(needed));
      data = new_memory(capacity);
      if (data == nullptr) {
        drop_to(0);
        data = new_memory(capacity);
      }
      if (data == nullptr) return nullptr;
      blocks_[data] = {.capacity = capacity};
    }
    use_.in_use += blocks_.at(data).capacity;
    use_.most_in_use = std::max(use_.most_in_use, use_.in_use);
    return data;
  }

  // Memory may have come from the other allocator, before this one or for its size.
  static void release(void* data) {
    TensorCache& cache = instance();
    std::unique_lock lock(cache.mutex_);
    const auto found = cache.blocks_.find(data);
    if (found == cache.blocks_.end()) {
      lock.unlock();
      cache.fallback_->raw_deallocate(data);
      return;
    }
    Block& block = found->second;
    cache.use_.in_use -= block.capacity;
    if (!cache.open_) {
      cache.blocks_.erase(found);
      std::free(data);
      return;
    }
    cache.use_.kept += block.capacity;
    block.by_size = cache.by_size_.emplace(block.capacity, data);
    block.by_age = cache.by_age_.insert(cache.by_age_.end(), data);
    cache.drop_to(cache.most_kept(cache.use_.in_use));
  }

  // Beside so much in use.
  std::size_t most_kept(std::size_t in_use) const {
    const std::size_t most = std::max(use_.most_in_use, in_use);
    return most + most / 10 - in_use;
  }

  // The smallest that serves, unless much of it would be wasted; null for none.
  void* kept(std::size_t capacity) {
    const auto found = by_size_.lower_bound(capacity);
    if (found == by_size_.end() || found->first > capacity + capacity / 8) return nullptr;
    void* const data = found->second;
    forget(blocks_.at(data));
    return data;
  }

  void forget(const Block& block) {
    use_.kept -= block.capacity;
    by_size_.erase(block.by_size);
    by_age_.erase(block.by_age);
  }

  void drop_to(std::size_t kept) {
    while (use_.kept > kept) {
      void* const oldest = by_age_.front();
      forget(blocks_.at(oldest));
      blocks_.erase(oldest);
      std::free(oldest);
    }
  }

  mutable std::mutex mutex_;
  c10::Allocator* fallback_ = c10::GetDefaultCPUAllocator();
  std::atomic_bool open_ = false;
  TensorCacheUse use_;
  std::unordered_map<void*, Block> blocks_;  // in use and kept
  std::multimap<std::size_t, void*> by_size_;
  std::list<void*> by_age_;  // of those kept, the oldest first
};

}  // namespace

// LibTorch gives memory back to the allocator that is set when it does so. This one knows which is
// its own, so it stays set; closed, it keeps nothing.
TensorCacheScope::TensorCacheScope() {
  TensorCache::instance().open();
  c10::SetCPUAllocator(&TensorCache::instance());
}

TensorCacheScope::~TensorCacheScope() { TensorCache::instance().close(); }

TensorCacheUse tensor_cache_use() { return TensorCache::instance().use(); }

}  // namespace saker

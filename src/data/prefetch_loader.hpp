// Items made ahead by threads and handed out in order.
//
//   PrefetchLoader<Batch> loader([&](std::int64_t k) { return make_batch(sampler.batch(k)); }, 0,
//   steps, 4, 8); while (loader.has_next()) train_on(loader.next());
//
// An item depends on its number alone, so the sequence is the same for any number of threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "saker/error.hpp"

namespace saker {

// One thread at a time may call the member functions. T must be movable.
template <typename T>
class PrefetchLoader {
 public:
  // Hands out make(first), ..., make(end - 1); `make` is called from many threads at once and must
  // outlive the loader. threads: 0 makes each item inside next(). prefetch: the most items that are
  // made or being made ahead; at least 1 counts.
  PrefetchLoader(std::function<T(std::int64_t)> make,
                 std::int64_t first,
                 std::int64_t end,
                 int threads,
                 int prefetch)
      : make_(std::move(make)), end_(end), next_(first), claimed_(first) {
    if (threads <= 0) return;
    slots_.resize(static_cast<std::size_t>(std::max(prefetch, 1)));
    threads_.reserve(static_cast<std::size_t>(threads));
    try {
      for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  PrefetchLoader(const PrefetchLoader&) = delete;
  PrefetchLoader& operator=(const PrefetchLoader&) = delete;
  ~PrefetchLoader() { stop(); }

  bool has_next() const noexcept { return next_ < end_; }
  // The number of the item that next() returns.
  std::int64_t next_index() const noexcept { return next_; }

  // Rethrows what make threw for this item, which then counts as taken. Throws Error (internal)
  // past the end.
  T next() {
    if (!has_next()) throw Error(ErrorKind::kInternal, "the loader has no more items");
    const auto begin = std::chrono::steady_clock::now();
    Slot slot = threads_.empty() ? made(next_++) : take();
    waited_ += std::chrono::steady_clock::now() - begin;
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(*slot.item);
  }

  // Goes on with make(from) and drops what was made ahead. Waits for the calls of make that are
  // running.
  void restart(std::int64_t from) {
    {
      std::unique_lock lock(mutex_);
      paused_ = true;
      idle_.wait(lock, [this] { return running_ == 0; });
      for (Slot& slot : slots_) slot = {};
      next_ = claimed_ = from;
      paused_ = false;
    }
    room_.notify_all();
  }

  // Seconds spent inside next(): what the caller lost by waiting for items.
  double waited_seconds() const noexcept { return std::chrono::duration<double>(waited_).count(); }

 private:
  struct Slot {
    std::optional<T> item;
    std::exception_ptr error;

    bool ready() const { return item.has_value() || error; }
  };

  Slot made(std::int64_t index) {
    Slot slot;
    try {
      slot.item.emplace(make_(index));
    } catch (...) {
      slot.error = std::current_exception();
    }
    return slot;
  }

  // Item i waits in slot i modulo their number; an item is claimed only when its slot is free.
  Slot& slot_of(std::int64_t index) {
    return slots_[static_cast<std::size_t>(index % static_cast<std::int64_t>(slots_.size()))];
  }

  bool may_claim() const {
    return !paused_ && claimed_ < end_ &&
           claimed_ - next_ < static_cast<std::int64_t>(slots_.size());
  }

  Slot take() {
    std::unique_lock lock(mutex_);
    Slot& slot = slot_of(next_);
    ready_.wait(lock, [&slot] { return slot.ready(); });
    Slot taken = std::exchange(slot, Slot());
    ++next_;
    lock.unlock();
    room_.notify_one();
    return taken;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      room_.wait(lock, [this] { return stopping_ || may_claim(); });
      if (stopping_) return;
      const std::int64_t index = claimed_++;
      ++running_;
      lock.unlock();
      Slot slot = made(index);
      lock.lock();
      --running_;
      if (paused_) {
        idle_.notify_all();
      } else {
        slot_of(index) = std::move(slot);
        ready_.notify_one();
      }
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  const std::function<T(std::int64_t)> make_;
  const std::int64_t end_;
  std::int64_t next_;
  std::int64_t claimed_;
  std::vector<Slot> slots_;
  bool paused_ = false;
  bool stopping_ = false;
  int running_ = 0;
  std::chrono::steady_clock::duration waited_{};
  mutable std::mutex mutex_;
  std::condition_variable room_;   // an item may be claimed, or the threads shall stop
  std::condition_variable ready_;  // an item was made
  std::condition_variable idle_;   // no call of make is running
  std::vector<std::thread> threads_;
};

}  // namespace saker

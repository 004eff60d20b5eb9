// Items made ahead by threads and handed out in order.
//
//   PrefetchLoader<Batch> loader(make_batch, {.end = steps, .threads = 4, .prefetch = 8});
//   while (loader.has_next()) train_on(loader.next());
//
// An item depends on its number alone, so the sequence is the same for any number of threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "saker/error.hpp"

namespace saker {

struct PrefetchSettings {
  std::int64_t first = 0, end = 0;  // the items are make(first), ..., make(end - 1)
  int threads = 0;                  // 0 makes each item inside next()
  int prefetch = 1;  // most items that are made or being made ahead; at least 1 counts
  std::chrono::duration<double> timeout{0};  // next() waits no longer for threads; 0: for ever
};

// Throws the Error of a timeout.
[[noreturn]] void fail_after_timeout(std::int64_t item, std::chrono::duration<double> timeout);

// One thread at a time may call the member functions. T must be movable.
template <typename T>
class PrefetchLoader {
 public:
  // `make` is called from many threads at once. After a timeout the thread that hangs in it is left
  // alone and may come back when the loader is gone, so with a timeout `make` must own what it
  // uses.
  PrefetchLoader(std::function<T(std::int64_t)> make, const PrefetchSettings& settings)
      : shared_(std::make_shared<Shared>(std::move(make), settings)), settings_(settings) {
    if (settings.threads <= 0) return;
    threads_.reserve(static_cast<std::size_t>(settings.threads));
    try {
      for (int i = 0; i < settings.threads; ++i)
        threads_.emplace_back([shared = shared_] { shared->work(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  PrefetchLoader(const PrefetchLoader&) = delete;
  PrefetchLoader& operator=(const PrefetchLoader&) = delete;
  // Waits for the calls of make that are running, unless one of them was given up.
  ~PrefetchLoader() { stop(); }

  bool has_next() const noexcept { return shared_->next < settings_.end; }
  // The number of the item that next() returns.
  std::int64_t next_index() const noexcept { return shared_->next; }

  // Rethrows what make threw for this item, which then counts as taken. Throws Error: internal past
  // the end; io when the item is not there within the timeout, after which the loader is of no use.
  T next() {
    if (!has_next()) throw Error(ErrorKind::kInternal, "the loader has no more items");
    const auto begin = std::chrono::steady_clock::now();
    Slot slot = threads_.empty() ? shared_->made(shared_->next++) : take();
    waited_ += std::chrono::steady_clock::now() - begin;
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(*slot.item);
  }

  // Seconds spent inside next(): what the caller lost by waiting for items.
  double waited_seconds() const noexcept { return std::chrono::duration<double>(waited_).count(); }

 private:
  struct Slot {
    std::optional<T> item;
    std::exception_ptr error;

    bool ready() const { return item.has_value() || error; }
  };

  // What the threads touch; the last of them frees it. `next` is written by the caller alone.
  struct Shared {
    Shared(std::function<T(std::int64_t)> make_item, const PrefetchSettings& settings)
        : make(std::move(make_item)),
          end(settings.end),
          next(settings.first),
          claimed(settings.first),
          slots(static_cast<std::size_t>(std::max(settings.prefetch, 1))) {}

    Slot made(std::int64_t index) const {
      Slot slot;
      try {
        slot.item.emplace(make(index));
      } catch (...) {
        slot.error = std::current_exception();
      }
      return slot;
    }

    // Item i waits in slot i modulo their number; an item is claimed only when its slot is free.
    Slot& slot_of(std::int64_t index) {
      return slots[static_cast<std::size_t>(index % static_cast<std::int64_t>(slots.size()))];
    }

    bool may_claim() const {
      return claimed < end && claimed - next < static_cast<std::int64_t>(slots.size());
    }

    void work() {
      std::unique_lock lock(mutex);
      for (;;) {
        room.wait(lock, [this] { return stopping || may_claim(); });
        if (stopping) return;
        const std::int64_t index = claimed++;
        lock.unlock();
        Slot slot = made(index);
        lock.lock();
        slot_of(index) = std::move(slot);
        ready.notify_one();
      }
    }

    const std::function<T(std::int64_t)> make;
    const std::int64_t end;
    std::int64_t next;
    std::int64_t claimed;
    std::vector<Slot> slots;
    bool stopping = false;
    std::mutex mutex;
    std::condition_variable room;   // an item may be claimed, or the threads shall stop
    std::condition_variable ready;  // an item was made
  };

  Slot take() {
    std::unique_lock lock(shared_->mutex);
    Slot& slot = shared_->slot_of(shared_->next);
    const auto is_ready = [&slot] { return slot.ready(); };
    if (settings_.timeout.count() <= 0) {
      shared_->ready.wait(lock, is_ready);
    } else if (!shared_->ready.wait_for(lock, settings_.timeout, is_ready)) {
      gave_up_ = true;
      fail_after_timeout(shared_->next, settings_.timeout);
    }
    Slot taken = std::exchange(slot, Slot());
    ++shared_->next;
    lock.unlock();
    shared_->room.notify_one();
    return taken;
  }

  void stop() {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->stopping = true;
    }
    shared_->room.notify_all();
    for (std::thread& thread : threads_) gave_up_ ? thread.detach() : thread.join();
  }

  std::shared_ptr<Shared> shared_;
  const PrefetchSettings settings_;
  bool gave_up_ = false;
  std::chrono::steady_clock::duration waited_{};
  std::vector<std::thread> threads_;
};

}  // namespace saker

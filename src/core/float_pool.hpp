// Large float buffers that are used again.
//
//   auto pool = std::make_shared<FloatPool>();
//   PooledFloats batch(pool, 16 * 3 * 640 * 640);   // contents are arbitrary
//   ...                                             // gone: the memory waits for the next one
//
// Memory that comes from the system anew has to be mapped and cleared page by page, which takes
// longer than filling a training batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace saker {

// Safe from several threads. Keeps the memory of at most `kept` buffers that nobody uses.
class FloatPool {
 public:
  explicit FloatPool(std::size_t kept = 8);

  // Memory for at least that many values, of any content.
  std::vector<float> take(std::size_t count);
  void give_back(std::vector<float>&& buffer);

 private:
  const std::size_t kept_;
  std::mutex mutex_;
  std::vector<std::vector<float>> free_;
};

// Values in a buffer that goes back to its pool, if it has one, which may be gone by then.
class PooledFloats {
 public:
  PooledFloats() = default;
  PooledFloats(std::shared_ptr<FloatPool> pool, std::size_t count);
  PooledFloats(std::vector<float> values) : size_(values.size()), memory_(std::move(values)) {}
  PooledFloats(std::initializer_list<float> values) : size_(values.size()), memory_(values) {}
  PooledFloats(PooledFloats&& other) noexcept { *this = std::move(other); }
  PooledFloats& operator=(PooledFloats&& other) noexcept;
  ~PooledFloats();

  // Of the same pool, of any content.
  PooledFloats another(std::size_t count) const { return PooledFloats(pool_, count); }

  float* data() noexcept { return memory_.data(); }
  const float* data() const noexcept { return memory_.data(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  float* begin() noexcept { return data(); }
  float* end() noexcept { return data() + size(); }
  const float* begin() const noexcept { return data(); }
  const float* end() const noexcept { return data() + size(); }
  float& operator[](std::size_t i) { return memory_[i]; }
  float operator[](std::size_t i) const { return memory_[i]; }

  friend bool operator==(const PooledFloats& a, const PooledFloats& b) {
    return std::ranges::equal(a, b);
  }

 private:
  std::shared_ptr<FloatPool> pool_;
  std::size_t size_ = 0;
  std::vector<float> memory_;  // may have more values behind those in use
};

}  // namespace saker

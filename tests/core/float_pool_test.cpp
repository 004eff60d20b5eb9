#include "core/float_pool.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <span>
#include <thread>

namespace saker {
namespace {

TEST(FloatPool, MemoryIsUsedAgain) {
  const auto pool = std::make_shared<FloatPool>();
  const float* memory = nullptr;
  {
    PooledFloats floats(pool, 1000);
    memory = floats.data();
  }
  PooledFloats smaller(pool, 900);
  EXPECT_EQ(smaller.data(), memory);
  EXPECT_EQ(smaller.size(), 900U);
  const PooledFloats other(pool, 900);
  EXPECT_NE(other.data(), memory);
}

TEST(FloatPool, TheSmallestThatFitsIsTaken) {
  FloatPool pool;
  for (const std::size_t size : {300U, 100U, 200U}) pool.give_back(std::vector<float>(size));
  EXPECT_EQ(pool.take(150).size(), 200U);
  EXPECT_EQ(pool.take(150).size(), 300U);
  EXPECT_EQ(pool.take(150).size(), 150U);
  EXPECT_EQ(pool.take(50).size(), 100U);
}

TEST(FloatPool, KeepsNoMoreThanItMay) {
  FloatPool pool(2);
  for (const std::size_t size : {100U, 300U, 200U}) pool.give_back(std::vector<float>(size));
  EXPECT_EQ(pool.take(1).size(), 200U);
  EXPECT_EQ(pool.take(1).size(), 300U);
  EXPECT_EQ(pool.take(1).size(), 1U);
}

TEST(PooledFloats, BehavesLikeAVector) {
  PooledFloats floats = std::vector<float>{1, 2, 3};
  EXPECT_EQ(floats, (PooledFloats{1, 2, 3}));
  floats[1] = 5;
  EXPECT_EQ(std::accumulate(floats.begin(), floats.end(), 0.0F), 9);
  EXPECT_EQ(std::span<const float>(floats).subspan(1).size(), 2U);
  EXPECT_TRUE(PooledFloats().empty());
  EXPECT_EQ(floats.another(4).size(), 4U);
}

TEST(PooledFloats, MovingKeepsTheMemoryInUse) {
  const auto pool = std::make_shared<FloatPool>();
  PooledFloats first(pool, 10);
  first[0] = 7;
  const PooledFloats second = std::move(first);
  const PooledFloats third(pool, 10);
  EXPECT_NE(second.data(), third.data());
  EXPECT_EQ(second[0], 7);
}

TEST(PooledFloats, OutlivesTheOwnerOfItsPool) {
  auto pool = std::make_shared<FloatPool>();
  PooledFloats floats(pool, 10);
  pool.reset();
  floats[9] = 1;
  EXPECT_EQ(floats[9], 1);
}

TEST(FloatPool, ThreadsShareIt) {
  const auto pool = std::make_shared<FloatPool>();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (std::size_t i = 1; i < 500; ++i) {
        PooledFloats floats(pool, i);
        std::fill(floats.begin(), floats.end(), static_cast<float>(t));
        for (const float value : floats) ASSERT_EQ(value, static_cast<float>(t));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace saker

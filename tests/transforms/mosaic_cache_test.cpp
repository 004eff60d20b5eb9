#include "transforms/mosaic_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace saker {
namespace {

MosaicTile tile(std::int64_t index) {
  return {Image(1, 1, 3, PixelType::kU8), {}, std::to_string(index), {1, 1}};
}

TEST(MosaicCache, MakesATileOnce) {
  MosaicCache cache(2);
  int made = 0;
  const auto get = [&](std::int64_t index) {
    return cache.get(index, [&] {
      ++made;
      return tile(index);
    });
  };
  EXPECT_EQ(get(7)->path, "7");
  EXPECT_EQ(get(7)->path, "7");
  EXPECT_EQ(made, 1);
}

TEST(MosaicCache, KeepsTheLatestUsed) {
  MosaicCache cache(2);
  std::vector<std::int64_t> made;
  const auto get = [&](std::int64_t index) {
    return cache.get(index, [&] {
      made.push_back(index);
      return tile(index);
    });
  };
  for (const std::int64_t index : {1, 2, 1, 3, 1, 2}) get(index);
  EXPECT_EQ(made, (std::vector<std::int64_t>{1, 2, 3, 2}));
}

TEST(MosaicCache, AFailureIsNotKept) {
  MosaicCache cache(2);
  const auto fail = []() -> MosaicTile { throw std::runtime_error("broken"); };
  EXPECT_THROW(cache.get(1, fail), std::runtime_error);
  EXPECT_THROW(cache.get(1, fail), std::runtime_error);
  EXPECT_EQ(cache.get(1, [] { return tile(1); })->path, "1");
}

TEST(MosaicCache, ThreadsShareOneMaking) {
  MosaicCache cache(100);
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::int64_t i = 0; i < 50; ++i) {
        const auto got = cache.get(i, [&] {
          ++made;
          return tile(i);
        });
        EXPECT_EQ(got->path, std::to_string(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 50);
}

TEST(MosaicCache, AFailureReachesAllWhoWait) {
  MosaicCache cache(4);
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        try {
          cache.get(i, []() -> MosaicTile { throw std::runtime_error("broken"); });
        } catch (const std::runtime_error&) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 80);
}

}  // namespace
}  // namespace saker

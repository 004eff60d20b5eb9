#include "nn/parallel.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <stdexcept>
#include <vector>

#include "tensors/thread_count.hpp"

namespace saker {
namespace {

TEST(Parallel, EachItemOnce) {
  for (const int threads : {1, 2, 3}) {
    const test::ThreadCount count(threads);
    for (const std::int64_t items : {0, 1, 2, 7, 100}) {
      std::vector<int> seen(static_cast<std::size_t>(items));
      parallel_for(items, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      EXPECT_EQ(seen, std::vector<int>(static_cast<std::size_t>(items), 1))
          << threads << " threads";
    }
  }
}

TEST(Parallel, TakesMoreThanOneThread) {
  const test::ThreadCount count(2);
  std::vector<std::int64_t> starts(2, -1);
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) starts[static_cast<std::size_t>(i)] = begin;
  });
  EXPECT_EQ(starts, (std::vector<std::int64_t>{0, 1}));
}

TEST(Parallel, EvenRunsCoverTheRange) {
  for (const std::int64_t end : {5, 6, 13, 100}) {
    std::int64_t next = 5;
    for_even_runs(5, end, 4, [&](std::int64_t first, std::int64_t count) {
      EXPECT_EQ(first, next);
      EXPECT_LE(count, 4);
      EXPECT_GE(count, end == 6 ? 1 : 3);
      next += count;
    });
    EXPECT_EQ(next, end);
  }
}

TEST(Parallel, AnExceptionReachesTheCaller) {
  const test::ThreadCount count(2);
  EXPECT_THROW(
      parallel_for(4, 1, [](std::int64_t, std::int64_t) { throw std::runtime_error("no"); }),
      std::runtime_error);
}

}  // namespace
}  // namespace saker

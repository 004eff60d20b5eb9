#include "data/prefetch_loader.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/random_stream.hpp"

namespace saker {
namespace {

using Loader = PrefetchLoader<std::int64_t>;

// Items that take different times, so that threads finish out of order.
std::int64_t slow_square(std::int64_t index) {
  RandomStream draws(
      {.seed = 0, .purpose = "work", .epoch = 0, .index = static_cast<std::uint64_t>(index)});
  const std::int64_t rounds = draws.uniform_int(0, 2000);
  for (std::int64_t i = 0; i < rounds; ++i) static_cast<void>(draws.bits());
  return index * index;
}

class PrefetchLoaderThreads : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Threads, PrefetchLoaderThreads, testing::Values(0, 1, 2, 4));

TEST_P(PrefetchLoaderThreads, HandsOutTheSameSequence) {
  for (const int prefetch : {1, 3, 16}) {
    Loader loader(slow_square,
                  {.first = 5, .end = 300, .threads = GetParam(), .prefetch = prefetch});
    for (std::int64_t i = 5; i < 300; ++i) {
      ASSERT_TRUE(loader.has_next());
      EXPECT_EQ(loader.next_index(), i);
      ASSERT_EQ(loader.next(), i * i);
    }
    EXPECT_FALSE(loader.has_next());
    EXPECT_THROW(loader.next(), Error);
    EXPECT_GE(loader.waited_seconds(), 0.0);
  }
}

TEST_P(PrefetchLoaderThreads, RethrowsInOrderAndGoesOn) {
  Loader loader(
      [](std::int64_t index) {
        if (index % 10 == 3) throw std::runtime_error("item " + std::to_string(index));
        return slow_square(index);
      },
      {.end = 40, .threads = GetParam(), .prefetch = 8});
  for (std::int64_t i = 0; i < 40; ++i) {
    if (i % 10 != 3) {
      ASSERT_EQ(loader.next(), i * i);
      continue;
    }
    try {
      loader.next();
      FAIL() << "no exception for item " << i;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), "item " + std::to_string(i));
    }
  }
}

TEST_P(PrefetchLoaderThreads, MayBeLeftAtAnyTime) {
  for (int taken = 0; taken < 20; ++taken) {
    Loader loader(slow_square, {.end = 1000, .threads = GetParam(), .prefetch = 4});
    for (int i = 0; i < taken; ++i) loader.next();
  }
}

TEST_P(PrefetchLoaderThreads, MakesNoMoreThanPrefetchAhead) {
  std::atomic<std::int64_t> started = 0;
  Loader loader(
      [&started](std::int64_t index) {
        ++started;
        return index;
      },
      {.end = 200, .threads = GetParam(), .prefetch = 3});
  for (std::int64_t i = 0; i < 200; ++i) {
    EXPECT_LE(started.load(), i + 3);
    loader.next();
  }
  EXPECT_EQ(started.load(), 200);
}

TEST_P(PrefetchLoaderThreads, TakesItemsThatOnlyMove) {
  PrefetchLoader<std::unique_ptr<std::int64_t>> loader(
      [](std::int64_t index) { return std::make_unique<std::int64_t>(index); },
      {.end = 10, .threads = GetParam(), .prefetch = 2});
  for (std::int64_t i = 0; i < 10; ++i) EXPECT_EQ(*loader.next(), i);
}

// A thread that hangs, as one that reads from a dead network drive: the caller gets an error, the
// loader can be left, and the thread may come back later.
TEST(PrefetchLoader, GivesUpOnAnItemThatDoesNotCome) {
  std::promise<void> open;
  std::promise<void> freed;
  {
    const std::shared_ptr<void> owned(nullptr, [&freed](void*) { freed.set_value(); });
    const std::shared_future<void> gate = open.get_future().share();
    Loader loader(
        [gate, owned](std::int64_t index) {
          if (index == 2) gate.wait();
          return index;
        },
        {.end = 10, .threads = 2, .prefetch = 4, .timeout = std::chrono::milliseconds(50)});
    EXPECT_EQ(loader.next(), 0);
    EXPECT_EQ(loader.next(), 1);
    try {
      loader.next();
      FAIL() << "no exception";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kIo);
      EXPECT_NE(std::string(error.what()).find("batch 2 within 0.05 s"), std::string::npos)
          << error.what();
    }
  }
  open.set_value();
  freed.get_future().wait();
}

}  // namespace
}  // namespace saker

#include "loggers/mlflow_queue.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

MlflowMetrics event(std::int64_t step, int values = 1) {
  MlflowMetrics metrics{.step = step};
  for (int i = 0; i < values; ++i) metrics.scalars.emplace_back("tag" + std::to_string(i), 1.0);
  return metrics;
}

MlflowPicture picture(std::int64_t step, std::size_t bytes) {
  return {.step = step, .tag = "a", .png = std::vector<std::byte>(bytes)};
}

std::int64_t step_of(const MlflowEntry& entry) {
  const auto* metrics = std::get_if<MlflowMetrics>(&entry);
  return metrics != nullptr ? metrics->step : std::get<MlflowPicture>(entry).step;
}

TEST(MlflowQueue, KeepsTheOrder) {
  MlflowQueue queue(1 << 20);
  queue.push(event(0));
  queue.push(picture(1, 100));
  queue.push(event(2));
  for (std::int64_t step = 0; step < 3; ++step) EXPECT_EQ(step_of(queue.pop().value()), step);
  EXPECT_FALSE(queue.pop().has_value());
  EXPECT_EQ(queue.bytes(), 0U);
  EXPECT_TRUE(queue.dropped().empty());
}

TEST(MlflowQueue, IsBoundedAndDropsTheOldestPicturesFirst) {
  constexpr std::size_t kLimit = 100'000;
  MlflowQueue queue(kLimit);
  queue.push(event(0));
  queue.push(picture(1, 60'000));
  queue.push(event(2));
  queue.push(picture(3, 60'000));
  EXPECT_EQ(queue.dropped().text(), "1 picture");
  EXPECT_EQ(queue.counts().text(), "2 log events, 1 picture");
  for (std::int64_t step = 4; step < 2000; ++step) {
    queue.push(event(step));
    ASSERT_LE(queue.bytes(), kLimit);
  }
  EXPECT_EQ(queue.dropped().pictures, 2);
  EXPECT_GT(queue.dropped().metrics, 0);
  EXPECT_EQ(queue.dropped().metrics + queue.counts().metrics, 1998);
  // What is left are the newest.
  std::int64_t last = step_of(queue.pop().value());
  EXPECT_GT(last, 2);
  while (const auto entry = queue.pop()) EXPECT_EQ(step_of(*entry), ++last);
  EXPECT_EQ(last, 1999);
}

TEST(MlflowQueue, AnEntryAboveTheLimitIsDroppedItself) {
  MlflowQueue queue(1000);
  queue.push(picture(0, 2000));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.dropped().pictures, 1);
}

TEST(MlflowQueue, HandsOutLogEventsTogether) {
  MlflowQueue queue(1 << 20);
  for (std::int64_t step = 0; step < 4; ++step) queue.push(event(step, 3));
  queue.push(picture(4, 10));
  queue.push(event(5, 3));
  EXPECT_EQ(queue.pop_metrics(7).size(), 2U);
  EXPECT_EQ(queue.pop_metrics(100).size(), 2U);
  EXPECT_TRUE(queue.pop_metrics(100).empty());
  EXPECT_EQ(queue.counts().text(), "1 log event, 1 picture");
}

TEST(MlflowQueue, AModelWaitsOnce) {
  MlflowQueue queue(1 << 20);
  queue.push(MlflowModel{"a.pt"});
  queue.push(MlflowModel{"b.pt"});
  queue.push(MlflowModel{"a.pt"});
  EXPECT_EQ(queue.counts().text(), "2 models");
}

}  // namespace
}  // namespace saker

#include "loggers/event_record.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(EventRecord, RoundTrip) {
  const std::string bytes = frame_record("one") + frame_record("") + frame_record("three");
  std::string_view rest = bytes;
  EXPECT_EQ(take_record(rest), "one");
  EXPECT_EQ(take_record(rest), "");
  EXPECT_EQ(take_record(rest), "three");
  EXPECT_EQ(take_record(rest), std::nullopt);
}

TEST(EventRecord, EveryTruncationAndFlippedByteIsAnError) {
  const std::string good = frame_record("payload");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string_view cut(good.data(), i);
    if (i > 0) {
      EXPECT_THROW(take_record(cut), Error) << i;
    }
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 4);
    std::string_view rest = flipped;
    EXPECT_THROW(take_record(rest), Error) << i;
  }
}

}  // namespace
}  // namespace saker

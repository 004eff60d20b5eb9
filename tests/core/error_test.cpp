#include "saker/error.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(Error, KindsMapToExitCodes) {
  EXPECT_EQ(exit_code(ErrorKind::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorKind::kInterrupted), 130);
  for (const ErrorKind kind : {ErrorKind::kData,
                               ErrorKind::kCheckpoint,
                               ErrorKind::kIo,
                               ErrorKind::kUnsupported,
                               ErrorKind::kInternal}) {
    EXPECT_EQ(exit_code(kind), 1) << to_string(kind);
  }
}

TEST(Error, ContextGoesBeforeTheMessage) {
  const Error error = Error(ErrorKind::kData, "five columns expected").with_context("a.txt:3");
  EXPECT_STREQ(error.what(), "a.txt:3: five columns expected");
  EXPECT_EQ(error.kind(), ErrorKind::kData);
}

}  // namespace
}  // namespace saker

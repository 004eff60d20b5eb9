#include "weights/download_bar.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(DownloadBar, Line) {
  EXPECT_EQ(download_line("a.pt", 50'000'000, 100'000'000, 0, 2.0),
            "a.pt  [###############               ]  50.0 of 100.0 MB, 25.0 MB/s");
  // The rate leaves out what was there before.
  EXPECT_EQ(download_line("a.pt", 100'000'000, 100'000'000, 90'000'000, 1.0),
            "a.pt  [##############################]  100.0 of 100.0 MB, 10.0 MB/s");
  EXPECT_EQ(download_line("a.pt", 1'500'000, std::nullopt, 0, 0.0), "a.pt  1.5 MB, 0.0 MB/s");
}

}  // namespace
}  // namespace saker

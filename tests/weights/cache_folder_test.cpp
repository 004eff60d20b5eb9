#include "weights/cache_folder.hpp"

#include <gtest/gtest.h>

#include "environment.hpp"
#include "expect_error.hpp"

namespace saker {
namespace {

using test::ScopedVariable;

TEST(CacheFolder, TheFirstVariableThatTellsCounts) {
  const ScopedVariable own("SAKER_CACHE_DIR", "/own"), xdg("XDG_CACHE_HOME", "/xdg"),
      home("HOME", "/home/me");
  EXPECT_EQ(cache_folder(), "/own");
  const ScopedVariable no_own("SAKER_CACHE_DIR", "");
  EXPECT_EQ(cache_folder(), "/xdg/saker");
  const ScopedVariable relative_xdg("XDG_CACHE_HOME", "cache");
  EXPECT_EQ(cache_folder(), "/home/me/.cache/saker");
  const ScopedVariable no_home("HOME", std::nullopt);
  test::expect_error(ErrorKind::kUsage, {"SAKER_CACHE_DIR"}, [] { cache_folder(); });
}

TEST(CacheFolder, IsAbsolute) {
  const ScopedVariable own("SAKER_CACHE_DIR", "weights");
  EXPECT_EQ(cache_folder(), std::filesystem::current_path() / "weights");
}

}  // namespace
}  // namespace saker

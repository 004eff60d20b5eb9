#include "core/sha256.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace saker {
namespace {

// The examples of FIPS 180-2, appendix B.
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Sha256, KnownDigests) {
  EXPECT_EQ(to_hex(sha256_of(bytes_of("abc"))), kOfAbc);
  EXPECT_EQ(to_hex(sha256_of({})), kOfNothing);
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  Sha256 sum;
  sum.update(bytes_of("a"));
  sum.update({});
  sum.update(bytes_of("bc"));
  EXPECT_EQ(to_hex(sum.finish()), kOfAbc);
}

}  // namespace
}  // namespace saker

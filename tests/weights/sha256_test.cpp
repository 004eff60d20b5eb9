#include "weights/sha256.hpp"

#include <gtest/gtest.h>

#include "core/atomic_file.hpp"
#include "expect_error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

// FIPS 180-4's examples: no byte, "abc", and a million times "a".
TEST(Sha256, OfKnownTexts) {
  const test::TemporaryFolder folder;
  const std::pair<std::string, const char*> kCases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const auto& [text, expected] : kCases) {
    write_file_atomically(folder / "a", text);
    EXPECT_EQ(sha256_of_file(folder / "a"), expected);
    EXPECT_TRUE(is_sha256(expected));
  }
}

TEST(Sha256, ReadsInBlocks) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", std::string((std::size_t{2} << 20) + 1, 'x'));
  int blocks = 0;
  sha256_of_file(folder / "a", [&] { ++blocks; });
  EXPECT_EQ(blocks, 3);
  EXPECT_THROW(sha256_of_file(folder / "a", [] { throw std::runtime_error("enough"); }),
               std::runtime_error);
}

TEST(Sha256, AbsentFileIsAnError) {
  const test::TemporaryFolder folder;
  test::expect_error(ErrorKind::kIo, {"absent"}, [&] { sha256_of_file(folder / "absent"); });
}

TEST(Sha256, KnowsItsForm) {
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(std::string(63, '0')));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_TRUE(is_sha256(std::string(64, 'f')));
}

}  // namespace
}  // namespace saker

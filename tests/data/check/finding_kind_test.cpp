#include "data/check/finding_kind.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace saker {
namespace {

TEST(FindingKind, EachHasItsOwnWordAndAllTexts) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(FindingKind::kDataKeys); ++i) {
    const FindingKindText& text = text_of(static_cast<FindingKind>(i));
    EXPECT_TRUE(words.insert(text.word).second) << text.word;
    EXPECT_EQ(std::string(text.word).find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
              std::string::npos)
        << text.word;
    for (const char* line : {text.title, text.effect, text.remedy})
      EXPECT_FALSE(std::string(line).empty()) << text.word;
  }
}

}  // namespace
}  // namespace saker

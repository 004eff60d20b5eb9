#include "report/html.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

std::string encoded(std::string_view text) { return base64(std::as_bytes(std::span(text))); }

TEST(Html, MarkupBecomesText) {
  EXPECT_EQ(escape_html("<img src=x onerror='a()'> & \"b\""),
            "&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;b&quot;");
}

TEST(Html, Utf8StaysAndOtherBytesAreReplaced) {
  EXPECT_EQ(escape_html("Zürich 図 \xF0\x9F\x90\x88"), "Zürich 図 \xF0\x9F\x90\x88");
  EXPECT_EQ(escape_html("a\xFF"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
  // Cut short, over-long, surrogates, beyond the last character.
  EXPECT_EQ(escape_html("\xE5\x9B"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escape_html("\xC0\xBC"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escape_html("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escape_html("\xF4\x90\x80\x80").size(), 12U);
}

TEST(Html, ControlCharactersAreReplaced) {
  EXPECT_EQ(escape_html("a\x1B[31m\tb\n"), "a\xEF\xBF\xBD[31m\tb\n");
}

// RFC 4648, section 10.
TEST(Html, Base64) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xFF\xFE\xFD"), "//79");
}

TEST(Html, APictureHoldsItself) {
  const std::byte bytes[] = {std::byte{'f'}, std::byte{'o'}, std::byte{'o'}};
  EXPECT_EQ(embedded_image(bytes, "image/png", "a\"b"),
            R"(<img loading="lazy" alt="a&quot;b" src="data:image/png;base64,Zm9v">)");
}

}  // namespace
}  // namespace saker

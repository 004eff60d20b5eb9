#include "report/html_page.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(HtmlPage, NeedsNoScriptAndNoNetwork) {
  HtmlPage page("a <b> & c");
  page.add("<p>text</p>");
  const std::string text = page.text();
  EXPECT_TRUE(text.starts_with("<!doctype html>"));
  EXPECT_NE(text.find("<title>a &lt;b&gt; &amp; c</title>"), std::string::npos);
  EXPECT_NE(text.find("<p>text</p>"), std::string::npos);
  EXPECT_NE(text.find("default-src 'none'"), std::string::npos);
  for (const char* word : {"<script", "http://", "https://", "@import", "url("})
    EXPECT_EQ(text.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace saker

// Checks of errors by their kind and words.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "saker/error.hpp"

namespace saker::test {

// Runs the function, which must throw an Error of that kind whose message holds all of the words.
template <typename Run>
void expect_error(ErrorKind kind, std::initializer_list<std::string_view> words, const Run& run) {
  try {
    run();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    for (const std::string_view word : words) {
      EXPECT_NE(std::string_view(error.what()).find(word), std::string_view::npos)
          << "'" << word << "' is not in: " << error.what();
    }
  }
}

}  // namespace saker::test

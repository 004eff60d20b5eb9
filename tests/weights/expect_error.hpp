// Checks of errors by their kind and words.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker::test {

// Runs the function, which must throw an Error of that kind whose message holds all of the words.
template <typename Run>
void expect_error(ErrorKind kind, std::initializer_list<std::string_view> words, const Run& run) {
  const std::string message = message_of(kind, run);
  for (const std::string_view word : words)
    EXPECT_TRUE(contains(message, word)) << "'" << word << "' is not in: " << message;
}

}  // namespace saker::test

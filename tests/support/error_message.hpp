// What an error says.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "saker/error.hpp"

namespace saker::test {

// Runs the function, which must throw an Error of that kind, and returns its message.
template <typename Run>
std::string message_of(ErrorKind kind, const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace saker::test

// The one error type of the library.
//
//   try { model.predict("a.jpg"); }
//   catch (const saker::Error& error) { std::cerr << error.what() << '\n'; }
#pragma once

#include <stdexcept>
#include <string>

namespace saker {

enum class ErrorKind {
  kUsage,        // an argument, key or combination of settings is wrong
  kData,         // a dataset, label or image is not what it should be
  kCheckpoint,   // a weights file or checkpoint cannot be used
  kIo,           // the file system or the network refused
  kUnsupported,  // valid, but not offered here
  kInternal,     // a broken invariant: a defect of Saker
  kInterrupted,  // stopped by a signal, with everything saved
};

// Lower-case name of a kind: "usage", "data", "checkpoint", "io", "unsupported", "internal",
// "interrupted".
const char* to_string(ErrorKind kind) noexcept;

// The message names the file, line, key or value at fault and what to do about it.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const noexcept { return kind_; }

  // The same error with "context: " put before its message, for context known only further up.
  Error with_context(const std::string& context) const;

 private:
  ErrorKind kind_;
};

// The exit code of the program for an error: 2 for usage, 130 when interrupted, 1 otherwise.
int exit_code(ErrorKind kind) noexcept;

}  // namespace saker

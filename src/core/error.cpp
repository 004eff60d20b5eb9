#include "saker/error.hpp"

namespace saker {

const char* to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kData:
      return "data";
    case ErrorKind::kCheckpoint:
      return "checkpoint";
    case ErrorKind::kIo:
      return "io";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kInternal:
      return "internal";
    case ErrorKind::kInterrupted:
      return "interrupted";
  }
  return "internal";
}

Error Error::with_context(const std::string& context) const {
  return Error(kind_, context + ": " + what());
}

int exit_code(ErrorKind kind) noexcept {
  if (kind == ErrorKind::kUsage) return 2;
  if (kind == ErrorKind::kInterrupted) return 130;
  return 1;
}

}  // namespace saker

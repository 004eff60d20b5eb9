#include "weights/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "saker/error.hpp"

namespace saker {

FileLock::FileLock(const std::filesystem::path& path, const std::function<void()>& on_wait)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  constexpr std::chrono::milliseconds kPause{100};
  while (!file_.is_open() || ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (!file_.is_open() || (errno != EWOULDBLOCK && errno != EINTR)) {
      throw Error(ErrorKind::kIo,
                  fmt::format("{}: cannot be locked: {}", path.string(), std::strerror(errno)));
    }
    on_wait();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace saker

// What a run says: to people on standard error, and in full to train.log.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace spdlog {
class logger;
}

namespace saker {

// Console: INFO and up (SAKER_LOG_LEVEL changes it: debug, info, warning, error), the message
// alone, coloured on a terminal. File: DEBUG and up, "[2026-01-31 12:00:00,123][INFO] message".
class RunLog {
 public:
  RunLog();
  // Of a process that does not speak: everything is dropped, and no file may be attached.
  static RunLog silent() { return RunLog(nullptr); }
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
  ~RunLog();

  // From here on everything goes to this file too, appended; it rotates at 1 GiB with 4 backups. A
  // second call takes the place of the first, also while other threads log.
  // This and the functions below throw Error (io) when it cannot be written.
  void attach_file(const std::filesystem::path& path);
  bool has_file() const { return file() != nullptr; }

  void debug(const std::string& message);
  void info(const std::string& message);
  void warning(const std::string& message);
  void error(const std::string& message);
  // To the file alone: an error that the caller reports to the user in its own way. Never throws.
  void error_to_file(const std::string& message);

 private:
  explicit RunLog(std::nullptr_t);

  std::shared_ptr<spdlog::logger> file() const;

  std::shared_ptr<spdlog::logger> console_;
  mutable std::mutex mutex_;              // of the pointer below
  std::shared_ptr<spdlog::logger> file_;  // null before attach_file
};

}  // namespace saker

#include "loggers/wandb_sync.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "core/stop_request.hpp"

namespace saker {
namespace {

constexpr std::chrono::milliseconds kPoll{50};
constexpr int kNoSuchProgram = 127;

class FileActions {
 public:
  explicit FileActions(const std::string& log) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    constexpr mode_t kMode = 0644;
    ::posix_spawn_file_actions_addopen(
        &actions_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, kMode);
    ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// Quoted for a shell where it must be.
std::string shell_word(const std::string& text) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+,:@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// The exit status, or none when the time is over.
bool wait_for(pid_t child, std::chrono::milliseconds patience, int& status) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return true;
    if (stop_requested() || std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace

std::string wandb_sync_command(const std::filesystem::path& folder) {
  return "wandb sync " + shell_word(folder.string());
}

std::string run_wandb_sync(const std::filesystem::path& folder,
                           std::chrono::milliseconds patience) {
  const std::filesystem::path log = folder / "logs" / "sync.log";
  const FileActions actions(log.string());
  std::string words[] = {"wandb", "sync", folder.string()};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, arguments[0], actions.get(), nullptr, arguments, environ);
  if (error == ENOENT) return "there is no program `wandb`; `pip install wandb` brings it";
  if (error != 0) return fmt::format("`wandb` cannot be started: {}", std::strerror(error));

  int status = 0;
  if (!wait_for(child, patience, status)) {
    ::kill(child, SIGTERM);
    if (int ignored = 0; !wait_for(child, std::chrono::seconds(2), ignored)) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &ignored, 0);
    }
    return "`wandb sync` was stopped before its end";
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoSuchProgram)
    return "there is no program `wandb`; `pip install wandb` brings it";
  return fmt::format("`wandb sync` failed; see {}", log.string());
}

}  // namespace saker

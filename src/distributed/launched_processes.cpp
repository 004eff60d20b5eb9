#include "distributed/launched_processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <sstream>
#include <thread>

#include "core/atomic_file.hpp"
#include "core/environment.hpp"
#include "core/file.hpp"
#include "saker/error.hpp"

extern char** environ;

namespace saker {
namespace {

constexpr std::chrono::seconds kPatience(5);
constexpr std::chrono::milliseconds kLook(20);
constexpr std::size_t kLinesToShow = 5;

std::filesystem::path temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "saker-processes-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw Error(ErrorKind::kIo, fmt::format("{}: {}", name, std::strerror(errno)));
  return name;
}

std::vector<std::string> environment_of(const ProcessPlace& place,
                                        std::int64_t rank,
                                        std::int64_t threads) {
  std::map<std::string, std::string> own = {{"RANK", std::to_string(rank)},
                                            {"WORLD_SIZE", std::to_string(place.world_size)},
                                            {"LOCAL_RANK", std::to_string(rank)},
                                            {"LOCAL_WORLD_SIZE", std::to_string(place.local_size)},
                                            {"MASTER_ADDR", place.master_address},
                                            {"MASTER_PORT", std::to_string(place.master_port)}};
  if (!environment("OMP_NUM_THREADS")) own["OMP_NUM_THREADS"] = std::to_string(threads);
  std::vector<std::string> lines;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    if (!own.contains(line.substr(0, line.find('=')))) lines.push_back(line);
  }
  for (const auto& [name, value] : own) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::string last_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  try {
    std::istringstream text(read_text_file(file));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  } catch (const Error&) {
    return {};
  }
  std::string result;
  for (std::size_t i = lines.size() - std::min(lines.size(), kLinesToShow); i < lines.size(); ++i)
    result += "\n  " + lines[i];
  return result;
}

}  // namespace

LaunchedProcesses::LaunchedProcesses(const std::vector<std::string>& command,
                                     std::string_view settings,
                                     const ProcessPlace& place,
                                     std::int64_t threads)
    : folder_(temporary_folder()) {
  try {
    const std::filesystem::path file = folder_ / "settings.yaml";
    write_file_atomically(file, settings);
    std::vector<std::string> words = command;
    words.push_back(file.string());
    start(std::move(words), place, threads);
  } catch (...) {
    stop();
    throw;
  }
}

LaunchedProcesses::~LaunchedProcesses() { stop(); }

void LaunchedProcesses::start(std::vector<std::string> words,
                              const ProcessPlace& place,
                              std::int64_t threads) {
  const std::vector<char*> arguments = pointers(words);
  for (std::int64_t rank = 1; rank < place.world_size; ++rank) {
    Child child{.rank = rank, .output = folder_ / fmt::format("rank-{}.log", rank)};
    std::vector<std::string> variables = environment_of(place, rank, threads);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(
        &actions, STDERR_FILENO, child.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    const int error = ::posix_spawnp(&child.pid,
                                     words[0].c_str(),
                                     &actions,
                                     nullptr,
                                     arguments.data(),
                                     pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      throw Error(
          ErrorKind::kIo,
          fmt::format(
              "{}: could not be started as rank {}: {}", words[0], rank, std::strerror(error)));
    }
    children_.push_back(std::move(child));
  }
}

void LaunchedProcesses::stop() {
  reap();
  for (Child& child : children_) {
    if (child.pid <= 0) continue;
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, &child.status, 0);
    child.pid = -1;
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void LaunchedProcesses::reap() {
  for (Child& child : children_) {
    if (child.pid > 0 && ::waitpid(child.pid, &child.status, WNOHANG) == child.pid) child.pid = -1;
  }
}

bool LaunchedProcesses::is_running() const {
  return std::any_of(
      children_.begin(), children_.end(), [](const Child& child) { return child.pid > 0; });
}

void LaunchedProcesses::wait() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  reap();
  while (is_running() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kLook);
    reap();
  }
}

std::string LaunchedProcesses::failures() {
  reap();
  std::string text;
  for (const Child& child : children_) {
    if (child.pid > 0 || child.status == 0) continue;
    text +=
        WIFSIGNALED(child.status)
            ? fmt::format("\nrank {} was ended by signal {}", child.rank, WTERMSIG(child.status))
            : fmt::format(
                  "\nrank {} ended with exit code {}", child.rank, WEXITSTATUS(child.status));
    text += last_lines(child.output);
  }
  return text;
}

std::string saker_program() {
  std::error_code error;
  const std::filesystem::path running = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error && running.filename() == "saker") return running.string();
  if (const auto given = environment("SAKER_PROGRAM")) return *given;
  std::istringstream folders(environment("PATH").value_or(""));
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path program = std::filesystem::path(folder) / "saker";
    if (::access(program.c_str(), X_OK) == 0) return program.string();
  }
  throw Error(ErrorKind::kUsage,
              "devices: several processes run the program `saker`, which is not in PATH; set the "
              "environment variable SAKER_PROGRAM to it, or start the processes with torchrun");
}

}  // namespace saker

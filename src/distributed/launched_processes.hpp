// Further processes of a training on this machine, started by the one that the user started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "distributed/process_environment.hpp"

namespace saker {

class LaunchedProcesses {
 public:
  // Starts ranks 1..world_size - 1 as `command` and the path of a file of `settings`, with place's
  // meeting point and their own ranks in the environment that torchrun uses, and `threads` threads
  // each unless OMP_NUM_THREADS is set. What they print goes to files in a folder of temporary
  // files. Throws Error (io) when one cannot be started.
  LaunchedProcesses(const std::vector<std::string>& command,
                    std::string_view settings,
                    const ProcessPlace& place,
                    std::int64_t threads);
  LaunchedProcesses(const LaunchedProcesses&) = delete;
  LaunchedProcesses& operator=(const LaunchedProcesses&) = delete;
  // Kills those that still run: they write no files.
  ~LaunchedProcesses();

  // How processes ended that ended badly, and the last lines that they printed; empty when all
  // still run or ended well.
  std::string failures();
  // Waits until all have ended, for a few seconds at most.
  void wait();

 private:
  struct Child {
    pid_t pid = -1;  // -1: it has ended
    std::int64_t rank = 0;
    std::filesystem::path output;
    int status = 0;
  };
  void start(std::vector<std::string> words, const ProcessPlace& place, std::int64_t threads);
  void stop();
  void reap();
  bool is_running() const;

  std::filesystem::path folder_;
  std::vector<Child> children_;
};

// The program to start as further processes: the one that runs, if it is `saker`; otherwise what
// SAKER_PROGRAM names, or `saker` in PATH. Throws Error (usage) when there is none.
std::string saker_program();

}  // namespace saker

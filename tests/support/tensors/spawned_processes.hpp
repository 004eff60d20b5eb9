// The processes of a training in a test: the test program itself, started once for each.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "core/environment.hpp"
#include "core/file.hpp"
#include "distributed/processes.hpp"
#include "temporary_folder.hpp"

namespace saker::test {

constexpr std::chrono::seconds kProcessTimeout(60);

// Calls work(processes) in `count` processes at once, each of which runs the whole of the current
// test up to here. To be called with one count a test: what stands behind the call is run by the
// first process alone, which expects all to end well.
inline void run_as_processes(std::int64_t count, const std::function<void(Processes&)>& work) {
  if (std::optional<ProcessPlace> place =
          read_process_environment([](const char* name) { return environment(name); })) {
    const auto store = open_store(*place, kProcessTimeout);
    const auto processes = Processes::join(*place, store, kProcessTimeout);
    try {
      work(*processes);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    // Rank 0 holds the store until all are done with it.
    processes->any(false);
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  const TemporaryFolder folder;
  const auto& test = *::testing::UnitTest::GetInstance()->current_test_info();
  const std::string filter =
      std::string("--gtest_filter=") + test.test_suite_name() + "." + test.name();
  ProcessPlace first{.world_size = count, .local_size = count};
  const auto store = open_local_store(first, kProcessTimeout);
  std::vector<pid_t> children;
  for (std::int64_t rank = 0; rank < count; ++rank) {
    const std::string log = (folder / std::to_string(rank)).string();
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("RANK", std::to_string(rank).c_str(), 1);
      ::setenv("WORLD_SIZE", std::to_string(count).c_str(), 1);
      ::setenv("MASTER_PORT", std::to_string(first.master_port).c_str(), 1);
      // The store is this program's.
      ::setenv("TORCHELASTIC_USE_AGENT_STORE", "True", 1);
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      ::dup2(file, STDOUT_FILENO);
      ::dup2(file, STDERR_FILENO);
      ::execl("/proc/self/exe", "test", filter.c_str(), nullptr);
      ::_exit(127);
    }
    children.push_back(child);
  }
  for (std::size_t rank = 0; rank < children.size(); ++rank) {
    int status = 0;
    ::waitpid(children[rank], &status, 0);
    EXPECT_EQ(status, 0) << "rank " << rank << ":\n"
                         << read_text_file(folder / std::to_string(rank));
  }
}

}  // namespace saker::test

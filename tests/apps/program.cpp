#include "program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "core/file.hpp"
#include "temporary_folder.hpp"

namespace saker::test {
namespace {

pid_t start(const std::vector<std::string>& arguments,
            const std::string& output,
            const std::string& errors,
            const ProgramLimits& limits) {
  std::vector<char*> argv;
  std::string program = SAKER_PROGRAM;
  std::vector<std::string> copies = arguments;
  argv.push_back(program.data());
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t process = ::fork();
  if (process < 0) throw std::runtime_error("cannot fork");
  if (process == 0) {
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (limits.file_bytes) {
      const rlimit limit = {.rlim_cur = *limits.file_bytes, .rlim_max = *limits.file_bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  return process;
}

struct Ended {
  int exit_code;
  std::int64_t peak_bytes;
};

Ended wait_for(pid_t process) {
  int status = 0;
  rusage usage{};
  if (::wait4(process, &status, 0, &usage) != process)
    throw std::runtime_error("cannot wait for the program");
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .peak_bytes = std::int64_t{1024} * usage.ru_maxrss};
}

}  // namespace

int wait_for_program(pid_t process) { return wait_for(process).exit_code; }

pid_t start_program(const std::vector<std::string>& arguments, const std::string& output_file) {
  return start(arguments, output_file, output_file + ".errors", {});
}

ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramLimits& limits) {
  const TemporaryFolder folder;
  const std::string output = folder / "output";
  const std::string errors = folder / "errors";
  const Ended ended = wait_for(start(arguments, output, errors, limits));
  return {.exit_code = ended.exit_code,
          .output = read_text_file(output),
          .errors = read_text_file(errors),
          .peak_bytes = ended.peak_bytes};
}

}  // namespace saker::test

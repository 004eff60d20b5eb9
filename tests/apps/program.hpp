// The program as a user runs it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace saker::test {

struct ProgramResult {
  int exit_code = -1;           // 128 + number for a signal
  std::string output;           // standard output
  std::string errors;           // standard error
  std::int64_t peak_bytes = 0;  // most memory that it held at once
};

struct ProgramLimits {
  std::optional<std::uint64_t> file_bytes;  // most bytes of any file it writes
};

ProgramResult run_program(const std::vector<std::string>& arguments,
                          const ProgramLimits& limits = {});

// Starts it and returns at once; wait_for_program gives the exit code.
pid_t start_program(const std::vector<std::string>& arguments, const std::string& output_file);
int wait_for_program(pid_t process);

}  // namespace saker::test

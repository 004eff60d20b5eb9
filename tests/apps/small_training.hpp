// A training that the program does in seconds, and what it says when it fails.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "data/synth/dataset.hpp"
#include "program.hpp"

namespace saker::test {

// Drawn scenes of 64 x 64 pixels in that folder; returns their YAML file.
inline std::string small_scenes(const std::filesystem::path& folder,
                                std::int64_t train_images = 6) {
  return write_synthetic_dataset({.out = folder,
                                  .train_images = train_images,
                                  .val_images = 2,
                                  .test_images = 0,
                                  .image_width = 64,
                                  .image_height = 64})
      .data_yaml.string();
}

// Saves after each step.
inline std::vector<std::string> small_training(const std::string& out,
                                               const std::string& data,
                                               int steps,
                                               const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"train",
                                        "--out",
                                        out,
                                        "--model",
                                        "picodet/s-416",
                                        "--data",
                                        data,
                                        "--steps",
                                        std::to_string(steps),
                                        "batch_size=2",
                                        "gradient_accumulation_steps=1",
                                        "transform_args.image_size=[64,64]",
                                        "save_checkpoint_args.save_every_num_steps=1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Starts the program, signals it as soon as the file is there, and returns its exit code.
inline int signal_when_written(const std::vector<std::string>& arguments,
                               const std::filesystem::path& file,
                               int signal,
                               const std::string& log) {
  const pid_t process = start_program(arguments, log);
  while (!std::filesystem::exists(file) && ::kill(process, 0) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(process, signal);
  return wait_for_program(process);
}

// Exit code 1 and a last line that names both.
inline void expect_one_clear_line(const ProgramResult& result,
                                  const std::string& path,
                                  const std::string& reason) {
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  const std::size_t begin = result.errors.find("saker: error: ");
  ASSERT_NE(begin, std::string::npos) << result.errors;
  const std::string line = result.errors.substr(begin);
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;  // nothing follows it
  EXPECT_NE(line.find(path), std::string::npos) << line;
  EXPECT_NE(line.find(reason), std::string::npos) << line;
}

}  // namespace saker::test

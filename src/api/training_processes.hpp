// The processes that a training runs in: found as launchers started them, or started here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/settings_reader.hpp"
#include "distributed/launched_processes.hpp"
#include "distributed/processes.hpp"
#include "saker/train.hpp"

namespace saker {

// devices, num_nodes and strategy, as far as they say how many processes there are. Adds what does
// not fit together or with what the launcher started. Throws Error (usage) for a launcher's
// variables that are wrong.
void check_processes(const TrainArgs& args, SettingsProblems& problems);

// How many processes args.devices ("auto", "2", "0,1") asks for on a machine with so many usable
// GPUs: for auto one a GPU, and one without any.
std::int64_t process_count(const std::string& devices, std::int64_t gpus);

// Which GPU of the machine belongs to its process local_rank: args.devices' entry, or that number.
std::int64_t gpu_index(const std::string& devices, std::int64_t local_rank);

class TrainingProcesses {
 public:
  explicit TrainingProcesses(const TrainArgs& args);
  TrainingProcesses(const TrainingProcesses&) = delete;
  TrainingProcesses& operator=(const TrainingProcesses&) = delete;
  ~TrainingProcesses();

  const ProcessPlace& place() const { return place_; }
  bool is_first() const { return place_.rank == 0; }

  // Starts the others where args.devices asks for several and no launcher did. Throws Error: usage
  // when the program to start is not found, io when it cannot be started.
  void start();
  // Waits for the others, which must have been started with equal settings, and returns what this
  // one shares with them; nullptr for one process. settings: a text that is equal in all. device:
  // where the model is. Throws Error (io) when they do not come.
  Processes* join(const std::string& settings, const torch::Device& device);

  // What was behind an error that came up after join(), if that lies in another process.
  std::optional<Error> behind(const std::exception& error);
  // To be called in the end, so that processes that were started here end by themselves.
  void finish();

 private:
  // Returns when all have come, or after the timeout. Throws Error (io) with what one said that has
  // ended instead.
  void wait_for_launched();

  TrainArgs args_;
  bool is_launched_;  // by a launcher
  ProcessPlace place_;
  c10::intrusive_ptr<c10d::Store> store_;
  std::optional<LaunchedProcesses> launched_;
  std::unique_ptr<Processes> processes_;
  int threads_before_ = 0;  // of this process, where it leaves room for others; 0: as they were
};

}  // namespace saker

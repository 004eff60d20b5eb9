// What each process of a training is doing, so that the others can tell which one was lost.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace saker {

// A thread writes a line into the store every `beat`: this process is alive, and where it is.
class ProcessStatus {
 public:
  // store: a connection of its own. Writes the first line before it returns.
  ProcessStatus(c10::intrusive_ptr<c10d::Store> store,
                std::int64_t rank,
                std::int64_t world_size,
                std::chrono::milliseconds beat = std::chrono::seconds(1));
  ProcessStatus(const ProcessStatus&) = delete;
  ProcessStatus& operator=(const ProcessStatus&) = delete;
  ~ProcessStatus();

  // What the process does from here on. activity: a text that outlives it; what comes later in a
  // step has a larger `order`.
  void set(std::int64_t step, int order, const char* activity);
  // Leaves a message for the others. Never throws.
  void report_failure(const std::string& message);

  // Looks for the process on which an exchange failed, which takes three beats: one that left a
  // message, one that is silent, or one that is behind the others. A sentence that names it.
  std::string find_lost() const;

 private:
  struct Line {
    std::int64_t beat = -1, step = 0;
    int order = 0;
    std::string activity, where;  // "process 4242 on host"
  };
  void work();
  void write();
  Line read(std::int64_t rank) const;
  std::string name(std::int64_t rank, const Line& line) const;

  c10::intrusive_ptr<c10d::Store> store_;
  const std::int64_t rank_, world_size_;
  const std::chrono::milliseconds beat_;
  const std::string where_;

  std::int64_t beats_ = 0;
  std::int64_t step_ = 0;
  int order_ = 0;
  const char* activity_ = "starting";
  bool stopping_ = false;
  std::mutex mutex_;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace saker

// The processes of a training as threads of one.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "distributed/processes.hpp"

namespace saker::test {

constexpr std::chrono::seconds kThreadTimeout(60);

// Calls work(processes) for each rank at once; an exception of any is rethrown in the end.
inline void run_as_processes(std::int64_t count, const std::function<void(Processes&)>& work) {
  ProcessPlace first{.world_size = count, .local_size = count};
  const auto store = open_local_store(first, kThreadTimeout);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (std::int64_t rank = 0; rank < count; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        ProcessPlace place = first;
        place.rank = place.local_rank = rank;
        const auto own = rank == 0 ? store : open_store(place, kThreadTimeout);
        work(*Processes::join(place, own, kThreadTimeout));
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace saker::test

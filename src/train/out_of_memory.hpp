// Memory that a step of the training does not get, and what follows from it.
//
//   if (const auto failure = failed_allocation_in([&] { compute(parts); })) {
//     const std::int64_t more = more_parts({.parts = parts, ...}, *failure);
//     log.warning(out_of_memory_warning(...));
//   }
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "saker/error.hpp"

namespace saker {

// Whether it tells of memory that was not there: std::bad_alloc, LibTorch's error for a device, or
// its error for the CPU, which only the text tells from others.
bool is_out_of_memory(const std::exception& error);

// Runs `work`. Returns the first line of the failure when memory was not enough for it; lets other
// exceptions pass.
std::optional<std::string> failed_allocation_in(const std::function<void()>& work);

// A step that did not fit.
struct OversizedStep {
  std::int64_t step = 0;          // 0-based
  std::int64_t batch_size = 1;    // images of a batch
  std::int64_t accumulation = 1;  // batches of a step
  std::int64_t parts = 1;         // of each batch, one after the other
  std::int64_t world_size = 1;
};

// Twice as many parts, at most one an image. Throws Error (unsupported) with a remedy when a part
// is one image already, and for one of several processes, which must all do the same.
std::int64_t more_parts(const OversizedStep& step, const std::string& failure);

// For the log: what is done, now in `step.parts`, and what to set next time for the same images a
// step.
std::string out_of_memory_warning(const OversizedStep& step, const std::string& failure);

// Outside of forward and backward passes, where there is nothing to split.
Error out_of_memory_error(const std::string& failure);

}  // namespace saker

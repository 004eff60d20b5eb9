#include "train/out_of_memory.hpp"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace saker {
namespace {

// Of LibTorch's allocator for the CPU, of CUDA and of libraries that take memory beside it.
constexpr std::string_view kTexts[] = {"DefaultCPUAllocator: can't allocate memory",
                                       "DefaultCPUAllocator: not enough memory",
                                       "CUDA out of memory",
                                       "CUDA error: out of memory",
                                       "CUBLAS_STATUS_ALLOC_FAILED",
                                       "CUDNN_STATUS_ALLOC_FAILED"};

std::string first_line(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

// Settings that give as many images a step in batches no larger than a part.
std::string settings_for(const OversizedStep& step, std::int64_t parts) {
  const std::int64_t batch_size = (step.batch_size + parts - 1) / parts;
  const std::int64_t images = step.batch_size * step.accumulation;
  return fmt::format("batch_size={} gradient_accumulation_steps={}",
                     batch_size * step.world_size,
                     (images + batch_size - 1) / batch_size);
}

}  // namespace

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  if (dynamic_cast<const Error*>(&error) != nullptr) return false;
  const std::string_view text = error.what();
  return std::any_of(std::begin(kTexts), std::end(kTexts), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

std::optional<std::string> failed_allocation_in(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    return first_line(error);
  }
}

std::int64_t more_parts(const OversizedStep& step, const std::string& failure) {
  if (step.world_size > 1) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("step {} does not fit into memory ({}); several processes cannot "
                            "split a batch on their own: set {}",
                            step.step + 1,
                            failure,
                            settings_for(step, std::min<std::int64_t>(2, step.batch_size))));
  }
  if (step.parts >= step.batch_size) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("step {} does not fit into memory, not even one image at a time ({}); "
                            "set a smaller transform_args.image_size, choose a smaller model, or "
                            "free some memory",
                            step.step + 1,
                            failure));
  }
  return std::min(2 * step.parts, step.batch_size);
}

std::string out_of_memory_warning(const OversizedStep& step, const std::string& failure) {
  return fmt::format(
      "Step {} did not fit into memory ({}). From here on each batch of {} images is computed in "
      "{} "
      "parts. Next time set {}, which needs no second try (batch norm sees as few images at a time "
      "either way).",
      step.step + 1,
      failure,
      step.batch_size,
      step.parts,
      settings_for(step, step.parts));
}

Error out_of_memory_error(const std::string& failure) {
  return Error(
      ErrorKind::kUnsupported,
      fmt::format("memory does not suffice for this training ({}); free some and go on with "
                  "resume_interrupted, or start with a smaller batch_size, "
                  "transform_args.image_size or model",
                  failure));
}

}  // namespace saker

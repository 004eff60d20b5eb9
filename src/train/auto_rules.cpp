#include "train/auto_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "core/environment.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kEarlySteps[] = {1, 2, 5, 10, 50, 100};
constexpr std::int64_t kMaxWorkers = 8;

std::optional<std::int64_t> integer_from_environment(const char* name) {
  const std::optional<std::string> text = environment(name);
  if (!text) return std::nullopt;
  const char* const last = text->data() + text->size();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

}  // namespace

BatchSizes resolve_batch_size(std::int64_t wanted,
                              std::int64_t dataset_size,
                              std::int64_t world_size,
                              std::optional<std::int64_t> per_device) {
  if (per_device) return {.global = *per_device * world_size, .reduced_to_dataset = false};
  const BatchSizes sizes{.global = std::min(wanted, dataset_size),
                         .reduced_to_dataset = dataset_size < wanted};
  if (sizes.global % world_size != 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch_size {} must be divisible by the number of processes, {}; set "
                            "batch_size to a multiple of it, or devices to a divisor of batch_size",
                            sizes.global,
                            world_size));
  }
  return sizes;
}

std::int64_t resolve_accumulation(std::optional<std::int64_t> given,
                                  std::int64_t batch,
                                  std::int64_t default_batch) {
  if (!given) return std::max<std::int64_t>(1, default_batch / batch);
  if (*given < 1)
    throw Error(ErrorKind::kUsage,
                fmt::format("gradient_accumulation_steps must be at least 1, but is {}", *given));
  return *given;
}

std::int64_t resolve_num_workers(std::optional<std::int64_t> given, std::int64_t devices_per_node) {
  if (given) return *given;
  if (const auto cpus = integer_from_environment("SLURM_CPUS_PER_TASK"))
    return std::max<std::int64_t>(*cpus - 1, 0);
  const auto cpus = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  if (cpus == 0) return kMaxWorkers;
  return std::min(kMaxWorkers, std::max<std::int64_t>(cpus / devices_per_node - 1, 0));
}

std::int64_t auto_log_interval(std::int64_t steps) {
  return std::min<std::int64_t>(100, std::max<std::int64_t>(1, steps / 10));
}

std::int64_t auto_validation_interval(std::int64_t steps) {
  return std::min<std::int64_t>(1000, std::max<std::int64_t>(1, steps));
}

std::int64_t auto_validation_log_interval(std::int64_t validation_batches) {
  return std::min<std::int64_t>(20, std::max<std::int64_t>(1, validation_batches));
}

bool is_logged_step(std::int64_t step, std::int64_t interval) {
  if (step % interval == 0) return true;
  return step < interval &&
         std::find(std::begin(kEarlySteps), std::end(kEarlySteps), step) != std::end(kEarlySteps);
}

std::int64_t finished_epochs(std::int64_t step,
                             std::int64_t accumulation,
                             std::int64_t batches_per_epoch) {
  return (step + 1) * accumulation / batches_per_epoch;
}

}  // namespace saker

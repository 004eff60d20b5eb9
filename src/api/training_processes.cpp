#include "api/training_processes.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <vector>

#include "api/cuda_library.hpp"
#include "core/environment.hpp"
#include "core/yaml_writer.hpp"
#include "saker/error.hpp"
#include "train/training_settings.hpp"

namespace saker {
namespace {

constexpr std::int64_t kMostLocalProcesses = 1024;
constexpr std::chrono::milliseconds kLook(20);
constexpr std::chrono::seconds kMeetingTimeout(300);

std::string arrival_key(std::int64_t rank) { return fmt::format("arrived/{}", rank); }

// "0,1" -> {0, 1}. Empty for other texts.
std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    std::int64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0) return {};
    numbers.push_back(number);
    if (next == end) return numbers;
    if (*next != ',') return {};
    at = next + 1;
  }
}

// "2" -> 2, "0,1" -> 2; 0 for "auto". Empty for what is neither.
std::optional<std::int64_t> device_count(const std::string& devices) {
  if (devices == "auto") return 0;
  const std::vector<std::int64_t> numbers = numbers_of(devices);
  if (numbers.empty()) return std::nullopt;
  if (numbers.size() > 1) return static_cast<std::int64_t>(numbers.size());
  // A single number counts devices, but "0" is the first one.
  return std::max<std::int64_t>(numbers[0], 1);
}

std::optional<ProcessPlace> launched_place() {
  return read_process_environment([](const char* name) { return environment(name); });
}

}  // namespace

void check_processes(const TrainArgs& args, SettingsProblems& problems) {
  const std::optional<std::int64_t> count = device_count(args.devices);
  if (!count || *count > kMostLocalProcesses) {
    problems.bad_value(
        "devices",
        fmt::format("must be 'auto', a number of devices up to {} or indices such as "
                    "'0,1' but got '{}'",
                    kMostLocalProcesses,
                    args.devices));
    return;
  }
  if (args.strategy != "auto" && args.strategy != "ddp") {
    problems.bad_value("strategy",
                       fmt::format("must be one of auto, ddp but got '{}'", args.strategy));
  }
  const std::optional<ProcessPlace> place = launched_place();
  if (!place) {
    if (args.num_nodes > 1) {
      problems.bad_value("num_nodes",
                         fmt::format("is {}, but this process was not started as one of several; "
                                     "start it on every machine with torchrun or srun",
                                     args.num_nodes));
    }
    return;
  }
  if (*count > 0 && args.devices != "1" && *count != place->local_size) {
    problems.bad_value(
        "devices",
        fmt::format("is {}, but {} started {} processes on this machine; leave it out "
                    "or start as many",
                    args.devices,
                    place->launcher,
                    place->local_size));
  }
  if (args.num_nodes > 1 && place->world_size % args.num_nodes != 0) {
    problems.bad_value("num_nodes",
                       fmt::format("is {}, but {} started {} processes, which do not spread evenly "
                                   "over as many machines",
                                   args.num_nodes,
                                   place->launcher,
                                   place->world_size));
  }
}

std::int64_t process_count(const std::string& devices, std::int64_t gpus) {
  const std::int64_t asked = device_count(devices).value_or(1);
  return std::max<std::int64_t>(asked == 0 ? gpus : asked, 1);
}

std::int64_t gpu_index(const std::string& devices, std::int64_t local_rank) {
  const std::vector<std::int64_t> indices = numbers_of(devices);
  const auto at = static_cast<std::size_t>(local_rank);
  return indices.size() > 1 && at < indices.size() ? indices[at] : local_rank;
}

TrainingProcesses::TrainingProcesses(const TrainArgs& args) : args_(args) {
  const std::optional<ProcessPlace> place = launched_place();
  is_launched_ = place.has_value();
  if (place) {
    place_ = *place;
    return;
  }
  place_.world_size =
      process_count(args.devices, args.devices == "auto" ? usable_gpus(args.accelerator) : 0);
  place_.local_size = place_.world_size;
}

void TrainingProcesses::start() {
  if (is_launched_ || place_.world_size == 1) return;
  const auto cores = static_cast<std::int64_t>(std::max(std::thread::hardware_concurrency(), 1U));
  const std::int64_t threads = std::max<std::int64_t>(cores / place_.world_size, 1);
  store_ = open_local_store(place_, kMeetingTimeout);
  launched_.emplace(std::vector<std::string>{saker_program(), "train", "--config"},
                    to_yaml(to_value(args_)),
                    place_,
                    threads);
  if (!environment("OMP_NUM_THREADS")) {
    threads_before_ = at::get_num_threads();
    at::set_num_threads(static_cast<int>(threads));
  }
}

TrainingProcesses::~TrainingProcesses() {
  processes_.reset();
  if (threads_before_ > 0) at::set_num_threads(threads_before_);
}

Processes* TrainingProcesses::join(const std::string& settings, const torch::Device& device) {
  if (place_.world_size == 1) return nullptr;
  const std::chrono::milliseconds timeout = process_timeout();
  if (!store_) store_ = open_store(place_, kMeetingTimeout);
  store_->set(arrival_key(place_.rank), "");
  if (launched_) wait_for_launched();
  processes_ = Processes::join(place_, store_, kMeetingTimeout, device);
  processes_->set_timeout(timeout);
  processes_->require_same("settings", settings);
  return processes_.get();
}

void TrainingProcesses::wait_for_launched() {
  std::vector<std::string> keys;
  for (std::int64_t rank = 1; rank < place_.world_size; ++rank) keys.push_back(arrival_key(rank));
  const auto until = std::chrono::steady_clock::now() + kMeetingTimeout;
  while (!store_->check(keys)) {
    std::this_thread::sleep_for(kLook);
    const std::string failures = launched_->failures();
    if (!failures.empty()) {
      throw Error(ErrorKind::kIo,
                  "a process that was started for this training did not begin:" + failures);
    }
    if (std::chrono::steady_clock::now() > until) return;  // joining tells who is missing
  }
}

std::optional<Error> TrainingProcesses::behind(const std::exception& error) {
  if (!processes_) return std::nullopt;
  const std::optional<Error> lost = processes_->behind(error);
  if (!lost || !launched_) return lost;
  launched_->wait();
  return Error(lost->kind(), lost->what() + launched_->failures());
}

void TrainingProcesses::finish() {
  processes_.reset();
  if (launched_) launched_->wait();
}

}  // namespace saker

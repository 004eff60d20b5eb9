#include "api/run_system.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <ctime>
#include <string>

#include "core/atomic_file.hpp"
#include "core/system_info.hpp"
#include "saker/value.hpp"
#include "saker/version.hpp"
#include "train/precision.hpp"

namespace saker {
namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {text, length};
}

}  // namespace

void write_run_system(const RunFolder& folder, const TrainingPlan& plan) {
  const SystemInfo system = system_info();
  Value value;
  value["saker"] = kVersion;
  value["libtorch"] = TORCH_VERSION;
  value["processor"] = system.processor;
  value["threads"] = system.threads;
  value["threads_used"] = static_cast<std::int64_t>(at::get_num_threads());
  value["memory_bytes"] = system.memory_bytes;
  value["device"] = plan.device.str();
  value["processes"] = plan.world_size;
  value["precision"] = to_string(plan.precision);
  value["started"] = utc_now();
  write_file_atomically(folder.system(), value.to_json(2) + "\n");
}

}  // namespace saker

#include "api/training_device.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/cuda.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/cuda_library.hpp"
#include "api/training_processes.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

void check_word(const char* key,
                const std::string& word,
                const std::vector<std::string>& known,
                SettingsProblems& problems) {
  if (std::find(known.begin(), known.end(), word) == known.end()) {
    problems.bad_value(key,
                       fmt::format("must be one of {} but got '{}'", fmt::join(known, ", "), word));
  }
}

}  // namespace

void check_device_arguments(const TrainArgs& args, SettingsProblems& problems) {
  check_word("accelerator", args.accelerator, {"auto", "cpu", "gpu", "cuda"}, problems);
  std::vector<std::string> precisions = {"auto"};
  precisions.insert(precisions.end(), precision_words().begin(), precision_words().end());
  check_word("precision", args.precision, precisions, problems);
  check_word("float32_matmul_precision",
             args.float32_matmul_precision,
             {"auto", "highest", "high", "medium"},
             problems);
  check_processes(args, problems);
}

torch::Device training_device(const TrainArgs& args, std::int64_t local_rank, RunLog& log) {
  const bool wants_gpu = args.accelerator == "gpu" || args.accelerator == "cuda";
  if (args.accelerator == "cpu") return torch::kCPU;
  const CudaLibrary& library = cuda_library();
  if (torch::cuda::is_available()) {
    const std::int64_t index = gpu_index(args.devices, local_rank);
    const auto count = static_cast<std::int64_t>(torch::cuda::device_count());
    if (index >= count) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("devices: GPU {} is asked for, but this machine has {}", index, count));
    }
    return torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(index));
  }
  if (wants_gpu) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("accelerator '{}': no usable GPU was found{}; install an NVIDIA driver "
                            "and a LibTorch with CUDA, or set accelerator to cpu",
                            args.accelerator,
                            library.problem.empty() ? "" : ", since " + library.problem));
  }
  if (!library.problem.empty())
    log.warning("The run uses the CPU although there is an NVIDIA driver: " + library.problem);
  return torch::kCPU;
}

Precision training_precision(const TrainArgs& args,
                             const torch::Device& device,
                             const Recipe& recipe) {
  if (const std::optional<Precision> given = precision_of(args.precision)) {
    if (*given == Precision::kFloat16Mixed && device.is_cpu()) {
      throw Error(ErrorKind::kUnsupported,
                  "precision '16-mixed' is for GPUs; on the CPU set bf16-mixed or 32-true");
    }
    return *given;
  }
  const bool gains = !device.is_cpu() || recipe.gains_from_bfloat16_on_cpu();
  return gains && has_native_bfloat16(device) ? Precision::kBfloat16Mixed : Precision::kFloat32;
}

void apply_float32_matmul_precision(const TrainArgs& args) {
  const std::string& word = args.float32_matmul_precision;
  at::globalContext().setFloat32MatmulPrecision(word == "auto" ? "highest" : word);
}

}  // namespace saker

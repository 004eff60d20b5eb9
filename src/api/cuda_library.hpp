// LibTorch's CUDA half, which the program is not linked with: one binary serves machines with and
// without a GPU.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace saker {

struct CudaLibrary {
  bool loaded = false;
  std::string problem = {};  // why not, when there is a driver and a library; else empty
};

// Loads libtorch_cuda.so from the folder of libtorch_cpu.so, once, when an NVIDIA driver is there
// and CUDA_VISIBLE_DEVICES does not hide all of its devices. Costs nothing noticeable otherwise.
// LibTorch learns only once whether it has CUDA, so this must come before the first question about
// devices.
const CudaLibrary& cuda_library();

// The same for another driver library and folder. For tests.
CudaLibrary load_cuda_library(const std::string& driver, const std::filesystem::path& folder);

// How many GPUs LibTorch can use for `accelerator` (auto, cpu, gpu or cuda): none for cpu.
std::int64_t usable_gpus(const std::string& accelerator);

}  // namespace saker

#include "api/cuda_library.hpp"

#include <dlfcn.h>
#include <link.h>
#include <torch/cuda.h>

#include <cstdlib>
#include <string_view>

namespace saker {
namespace {

bool devices_are_hidden() {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  return visible != nullptr && (std::string_view(visible).empty() || visible[0] == '-');
}

// Of a library that this process has loaded; empty if it has not.
std::filesystem::path folder_of_loaded(const char* library) {
  void* const handle = ::dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return {};
  link_map* map = nullptr;
  std::filesystem::path folder;
  if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
    folder = std::filesystem::path(map->l_name).parent_path();
  ::dlclose(handle);
  return folder;
}

}  // namespace

CudaLibrary load_cuda_library(const std::string& driver, const std::filesystem::path& folder) {
  if (devices_are_hidden() || ::dlopen(driver.c_str(), RTLD_LAZY) == nullptr) return {};
  const std::filesystem::path library = folder / "libtorch_cuda.so";
  std::error_code error;
  if (!std::filesystem::exists(library, error)) return {};
  if (::dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return {.loaded = true};
  const char* const reason = ::dlerror();
  return {.problem = library.string() + " cannot be loaded: " + (reason == nullptr ? "?" : reason)};
}

const CudaLibrary& cuda_library() {
  static const CudaLibrary library =
      load_cuda_library("libcuda.so.1", folder_of_loaded("libtorch_cpu.so"));
  return library;
}

std::int64_t usable_gpus(const std::string& accelerator) {
  if (accelerator == "cpu") return 0;
  static_cast<void>(cuda_library());
  return static_cast<std::int64_t>(torch::cuda::device_count());
}

}  // namespace saker

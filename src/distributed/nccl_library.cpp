#include "distributed/nccl_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace saker {
namespace {

constexpr int kLeastVersion = 21000;

// RTLD_DEFAULT when LibTorch has loaded it, which may also have it built in.
void* library_handle(const std::string& file) {
  if (::dlsym(RTLD_DEFAULT, "ncclAllReduce") != nullptr) return RTLD_DEFAULT;
  return ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
}

template <typename Function>
bool find_function(void* handle, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(handle, name));
  return function != nullptr;
}

}  // namespace

NcclSearch find_nccl(const std::string& file) {
  void* const handle = library_handle(file);
  // RTLD_DEFAULT is a null pointer.
  if (handle == nullptr && ::dlsym(RTLD_DEFAULT, "ncclAllReduce") == nullptr)
    return {.problem = fmt::format("{} is not found", file)};
  NcclLibrary library;
  int (*get_version)(int*) = nullptr;
  if (!find_function(handle, "ncclGetVersion", get_version) ||
      !find_function(handle, "ncclGetUniqueId", library.get_unique_id) ||
      !find_function(handle, "ncclCommInitRank", library.init_rank) ||
      !find_function(handle, "ncclAllReduce", library.all_reduce) ||
      !find_function(handle, "ncclBroadcast", library.broadcast) ||
      !find_function(handle, "ncclCommGetAsyncError", library.get_async_error) ||
      !find_function(handle, "ncclCommDestroy", library.destroy) ||
      !find_function(handle, "ncclCommAbort", library.abort) ||
      !find_function(handle, "ncclGetErrorString", library.error_text))
    return {.problem = fmt::format("{} lacks functions of NCCL 2", file)};
  int version = 0;
  if (get_version(&version) != 0)
    return {.problem = fmt::format("{} does not tell its version", file)};
  if (version < kLeastVersion) {
    return {.problem =
                fmt::format("{} is older than version 2.10 (its number is {})", file, version)};
  }
  library.version = fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
  return {.library = library};
}

}  // namespace saker

#include "api/cuda_library.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/atomic_file.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

// Any library that is surely there plays the driver, and SAKER_FAKE_CUDA_FOLDER holds a
// libtorch_cuda.so with one function.
constexpr const char* kDriver = "libm.so.6";

bool fake_is_loaded() { return ::dlsym(RTLD_DEFAULT, "saker_fake_torch_cuda") != nullptr; }

TEST(CudaLibrary, AbsenceIsQuiet) {
  ::testing::internal::CaptureStderr();
  const CudaLibrary without_driver =
      load_cuda_library("libno-such-driver.so.1", SAKER_FAKE_CUDA_FOLDER);
  const test::TemporaryFolder empty;
  const CudaLibrary without_library = load_cuda_library(kDriver, empty.path());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  for (const CudaLibrary& result : {without_driver, without_library}) {
    EXPECT_FALSE(result.loaded);
    EXPECT_EQ(result.problem, "");
  }
}

TEST(CudaLibrary, HiddenDevicesAreNone) {
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  const CudaLibrary result = load_cuda_library(kDriver, SAKER_FAKE_CUDA_FOLDER);
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_FALSE(result.loaded);
  EXPECT_EQ(result.problem, "");
}

TEST(CudaLibrary, LoadsWhatIsThere) {
  ASSERT_FALSE(fake_is_loaded());
  const CudaLibrary result = load_cuda_library(kDriver, SAKER_FAKE_CUDA_FOLDER);
  EXPECT_TRUE(result.loaded) << result.problem;
  EXPECT_TRUE(fake_is_loaded());
}

TEST(CudaLibrary, NamesALibraryThatCannotBeLoaded) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "libtorch_cuda.so", "no library");
  const CudaLibrary result = load_cuda_library(kDriver, folder.path());
  EXPECT_FALSE(result.loaded);
  EXPECT_NE(result.problem.find((folder / "libtorch_cuda.so").string()), std::string::npos)
      << result.problem;
}

}  // namespace
}  // namespace saker

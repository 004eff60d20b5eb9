#include "train/out_of_memory.hpp"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <new>
#include <stdexcept>

#include "error_message.hpp"
#include "saker/error.hpp"
#include "train/tensor_cache.hpp"

namespace saker {
namespace {

void ask_for_a_petabyte() { torch::empty({std::int64_t{1} << 50}, torch::kByte); }

void ask_a_device() {
  TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate 2.00 GiB\nmore");
}

TEST(OutOfMemory, IsToldFromOtherFailures) {
  EXPECT_TRUE(is_out_of_memory(std::bad_alloc()));
  EXPECT_TRUE(is_out_of_memory(std::runtime_error("CUBLAS_STATUS_ALLOC_FAILED when calling")));
  EXPECT_FALSE(is_out_of_memory(std::runtime_error("shapes do not fit")));
  EXPECT_FALSE(is_out_of_memory(Error(ErrorKind::kIo, "a.txt: CUDA out of memory")));
}

TEST(OutOfMemory, IsCaughtWithTheFirstLineOfItsReason) {
  EXPECT_EQ(failed_allocation_in([] {}), std::nullopt);
  EXPECT_EQ(failed_allocation_in(ask_a_device), "CUDA out of memory. Tried to allocate 2.00 GiB");
  EXPECT_TRUE(failed_allocation_in([] { throw std::bad_alloc(); }));
  EXPECT_THROW(static_cast<void>(failed_allocation_in([] { throw std::logic_error("other"); })),
               std::logic_error);
}

TEST(OutOfMemory, OfTheProcessorIsCaughtWithAndWithoutTheCache) {
  const auto plain = failed_allocation_in(ask_for_a_petabyte);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(test::contains(*plain, "can't allocate memory")) << *plain;
  const TensorCacheScope cache;
  EXPECT_EQ(failed_allocation_in(ask_for_a_petabyte), plain);
}

TEST(OutOfMemory, DoublesThePartsUpToOneAnImage) {
  EXPECT_EQ(more_parts({.batch_size = 6, .parts = 1}, "why"), 2);
  EXPECT_EQ(more_parts({.batch_size = 6, .parts = 2}, "why"), 4);
  EXPECT_EQ(more_parts({.batch_size = 6, .parts = 4}, "why"), 6);
  const std::string message = test::message_of(ErrorKind::kUnsupported, [] {
    more_parts({.step = 11, .batch_size = 6, .parts = 6}, "why");
  });
  EXPECT_TRUE(test::contains(message, "step 12 does not fit into memory")) << message;
  EXPECT_TRUE(test::contains(message, "(why)")) << message;
}

TEST(OutOfMemory, OneOfSeveralProcessesDoesNotSplitAlone) {
  const std::string message = test::message_of(ErrorKind::kUnsupported, [] {
    more_parts({.batch_size = 8, .accumulation = 1, .world_size = 4}, "why");
  });
  EXPECT_TRUE(test::contains(message, "batch_size=16 gradient_accumulation_steps=2")) << message;
}

TEST(OutOfMemory, TheWarningNamesSettingsWithAsManyImagesAStep) {
  const std::string even =
      out_of_memory_warning({.step = 0, .batch_size = 16, .accumulation = 2, .parts = 4}, "why");
  EXPECT_TRUE(test::contains(even, "batch_size=4 gradient_accumulation_steps=8")) << even;
  EXPECT_TRUE(test::contains(even, "batch of 16 images is computed in 4 parts")) << even;
  const std::string odd = out_of_memory_warning({.batch_size = 6, .parts = 4}, "why");
  EXPECT_TRUE(test::contains(odd, "batch_size=2 gradient_accumulation_steps=3")) << odd;
}

}  // namespace
}  // namespace saker

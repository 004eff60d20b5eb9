#include "train/tensor_cache.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <thread>
#include <vector>

namespace saker {
namespace {

constexpr std::int64_t kFloats = 1 << 20;
constexpr std::size_t kBytes = kFloats * sizeof(float);

TEST(TensorCache, GivesTheSameMemoryAgain) {
  const TensorCacheScope scope;
  torch::Tensor x = torch::empty({kFloats});
  const void* const memory = x.data_ptr();
  EXPECT_EQ(tensor_cache_use().in_use, kBytes);
  x.reset();
  EXPECT_EQ(tensor_cache_use().kept, kBytes);
  // A little smaller is served too, much smaller is not.
  const torch::Tensor smaller = torch::empty({kFloats - 1000}), other = torch::empty({kFloats / 2});
  EXPECT_EQ(smaller.data_ptr(), memory);
  EXPECT_EQ(tensor_cache_use().kept, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(other.data_ptr()) % 64, 0U);
}

TEST(TensorCache, KeepsNoMoreThanWasInUse) {
  const TensorCacheScope scope;
  for (std::int64_t i = 1; i <= 40; ++i) {
    std::vector<torch::Tensor> tensors;
    for (std::int64_t k = 0; k < 4; ++k) tensors.push_back(torch::empty({i * 50000 + k * 200000}));
    const TensorCacheUse use = tensor_cache_use();
    EXPECT_LE(use.in_use + use.kept, use.most_in_use + use.most_in_use / 10) << i;
  }
  const TensorCacheUse use = tensor_cache_use();
  EXPECT_EQ(use.in_use, 0U);
  EXPECT_GT(use.kept, use.most_in_use / 2);
}

TEST(TensorCache, TensorsOutliveTheScope) {
  torch::Tensor before = torch::ones({kFloats}), inside;
  {
    const TensorCacheScope scope;
    inside = torch::ones({kFloats});
    before.resize_({2 * kFloats});
    before.reset();
  }
  EXPECT_EQ(tensor_cache_use().kept, 0U);
  EXPECT_EQ(inside.sum().item<float>(), static_cast<float>(kFloats));
  inside.resize_({2 * kFloats});
  inside.reset();
  EXPECT_EQ(tensor_cache_use().in_use, 0U);
}

// oneDNN takes memory from LibTorch's allocator without tensors.
TEST(TensorCache, ServesConvolutionsInAndAfterTheScope) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({1, 64, 80, 80}), weight = torch::randn({64, 64, 3, 3});
  const torch::Tensor before = torch::conv2d(x, weight, {}, 1, 1);
  torch::Tensor within;
  {
    const TensorCacheScope scope;
    within = torch::conv2d(x, weight, {}, 1, 1);
  }
  EXPECT_TRUE(torch::equal(within, before));
  EXPECT_TRUE(torch::equal(torch::conv2d(x, weight, {}, 1, 1), before));
}

TEST(TensorCache, ServesManyThreads) {
  const TensorCacheScope scope;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (std::int64_t i = 0; i < 50; ++i) {
        const torch::Tensor x = torch::full({kFloats / 8 + 1000 * i}, t);
        EXPECT_EQ(x.min().item<int>(), t);
        EXPECT_EQ(x.max().item<int>(), t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tensor_cache_use().in_use, 0U);
}

}  // namespace
}  // namespace saker

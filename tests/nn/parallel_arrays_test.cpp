#include "nn/parallel_arrays.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

namespace saker {
namespace {

struct Counters {
  std::int64_t count;
  int* seen;
};

TEST(ParallelArrays, EveryElementOnce) {
  for (const int threads : {1, 2, 3}) {
    const int before = torch::get_num_threads();
    torch::set_num_threads(threads);
    std::vector<std::vector<int>> seen;
    for (const std::size_t size : {0UL, 1UL, 70000UL, 0UL, 200001UL, 3UL}) seen.emplace_back(size);
    std::vector<Counters> arrays;
    for (std::vector<int>& array : seen)
      arrays.push_back({static_cast<std::int64_t>(array.size()), array.data()});
    parallel_over(arrays, [](const Counters& array, std::int64_t begin, std::int64_t count) {
      for (std::int64_t i = begin; i < begin + count; ++i) ++array.seen[i];
    });
    torch::set_num_threads(before);
    for (const std::vector<int>& array : seen)
      EXPECT_EQ(array, std::vector<int>(array.size(), 1)) << threads << " threads";
  }
}

TEST(ParallelArrays, NothingIsFine) {
  parallel_over(std::vector<Counters>{},
                [](const Counters&, std::int64_t, std::int64_t) { FAIL(); });
}

}  // namespace
}  // namespace saker

// PicoDet's operations beside LibTorch's, forward and backward, batch 8, float32, two threads.
//
// Arguments: channels (for pointwise: input, output channels), height = width, and for depthwise
// kernel and stride.
#include <benchmark/benchmark.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <vector>

#include "nn/batch_norm.hpp"
#include "nn/depthwise_conv.hpp"
#include "nn/pointwise_conv.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBatch = 8;

// One forward and one backward pass for each iteration.
void run(benchmark::State& state,
         const torch::Tensor& input,
         const std::function<torch::Tensor(const torch::Tensor&)>& operation) {
  at::set_num_threads(2);
  const torch::Tensor leaf = input.clone().requires_grad_();
  const torch::Tensor gradient = torch::randn_like(operation(leaf));
  for (auto _ : state) {
    operation(leaf).backward(gradient);
    leaf.mutable_grad() = torch::Tensor();
  }
}

void depthwise(benchmark::State& state, bool own) {
  const std::int64_t channels = state.range(0), size = state.range(1), kernel = state.range(2),
                     stride = state.range(3);
  const torch::Tensor weight = torch::randn({channels, 1, kernel, kernel}).requires_grad_();
  run(state, torch::randn({kBatch, channels, size, size}), [&](const torch::Tensor& x) {
    return own ? depthwise_conv2d(x, weight, stride, kernel / 2)
               : torch::conv2d(x, weight, {}, stride, kernel / 2, 1, channels);
  });
}

void norm_and_relu(benchmark::State& state, bool own) {
  const std::int64_t channels = state.range(0), size = state.range(1);
  torch::nn::BatchNorm2d norm(channels);
  run(state, torch::randn({kBatch, channels, size, size}), [&](const torch::Tensor& x) {
    return own ? batch_norm_relu(x,
                                 norm->weight,
                                 norm->bias,
                                 norm->running_mean,
                                 norm->running_var,
                                 true,
                                 0.1,
                                 1e-5,
                                 true)
               : norm->forward(x).relu();
  });
}

void pointwise(benchmark::State& state, bool own) {
  const std::int64_t in = state.range(0), out = state.range(1), size = state.range(2);
  const torch::Tensor weight = torch::randn({out, in, 1, 1}).requires_grad_();
  run(state, torch::randn({kBatch, in, size, size}), [&](const torch::Tensor& x) {
    return own ? pointwise_conv2d(x, weight) : torch::conv2d(x, weight);
  });
}

enum class Layout { kNchw, kChannelsLast };

// 1x1, norm, ReLU, depthwise 5x5, 1x1, norm, ReLU.
void block(benchmark::State& state, bool own, Layout layout) {
  const std::int64_t channels = state.range(0), size = state.range(1);
  const torch::Tensor first = torch::randn({channels, channels, 1, 1}).requires_grad_();
  const torch::Tensor second = torch::randn({channels, channels, 1, 1}).requires_grad_();
  const torch::Tensor middle = torch::randn({channels, 1, 5, 5}).requires_grad_();
  torch::nn::BatchNorm2d norm(channels);
  const auto libtorch = [&](const torch::Tensor& x) {
    const torch::Tensor y = norm->forward(torch::conv2d(x, first)).relu();
    return norm->forward(torch::conv2d(torch::conv2d(y, middle, {}, 1, 2, 1, channels), second))
        .relu();
  };
  const auto saker = [&](const torch::Tensor& x) {
    const auto norm_and_relu_of = [&](const torch::Tensor& y) {
      return batch_norm_relu(y,
                             norm->weight,
                             norm->bias,
                             norm->running_mean,
                             norm->running_var,
                             true,
                             0.1,
                             1e-5,
                             true);
    };
    const torch::Tensor y = norm_and_relu_of(pointwise_conv2d(x, first));
    return norm_and_relu_of(pointwise_conv2d(depthwise_conv2d(y, middle, 1, 2), second));
  };
  const torch::Tensor input = torch::randn({kBatch, channels, size, size});
  run(state,
      layout == Layout::kChannelsLast ? input.contiguous(at::MemoryFormat::ChannelsLast) : input,
      [&](const torch::Tensor& x) { return own ? saker(x) : libtorch(x); });
}

void depthwise_sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::vector<std::int64_t>& args :
       std::vector<std::vector<std::int64_t>>{{44, 104, 3, 2},
                                              {96, 52, 3, 1},
                                              {96, 52, 5, 1},
                                              {96, 52, 5, 2},
                                              {96, 26, 5, 1},
                                              {384, 13, 3, 1},
                                              {96, 7, 5, 1}}) {
    benchmark->Args(args);
  }
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}

void norm_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({24, 208})
      ->Args({96, 52})
      ->Args({192, 26})
      ->Args({96, 7})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

void pointwise_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({96, 96, 52})->Args({192, 96, 26})->Args({384, 384, 13})->Args({96, 96, 7});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(depthwise, libtorch, false)->Apply(depthwise_sizes);
BENCHMARK_CAPTURE(depthwise, saker, true)->Apply(depthwise_sizes);
BENCHMARK_CAPTURE(norm_and_relu, libtorch, false)->Apply(norm_sizes);
BENCHMARK_CAPTURE(norm_and_relu, saker, true)->Apply(norm_sizes);
BENCHMARK_CAPTURE(pointwise, libtorch, false)->Apply(pointwise_sizes);
BENCHMARK_CAPTURE(pointwise, saker, true)->Apply(pointwise_sizes);
BENCHMARK_CAPTURE(block, libtorch, false, Layout::kNchw)
    ->Args({96, 52})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(block, libtorch_channels_last, false, Layout::kChannelsLast)
    ->Args({96, 52})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(block, saker, true, Layout::kNchw)
    ->Args({96, 52})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();

// Operations of prediction beside LibTorch's, float32. The last argument is the number of threads.
#include <benchmark/benchmark.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "nn/deformable_attention.hpp"
#include "nn/folded_linear.hpp"
#include "nn/winograd_conv.hpp"

namespace saker {
namespace {

using Arguments = std::vector<std::vector<std::int64_t>>;

void measured_with(benchmark::internal::Benchmark* benchmark, const Arguments& all) {
  for (const auto& arguments : all) benchmark->Args(arguments);
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}

enum class Convolution { kNchw, kChannelsLast, kWinograd };

// 3x3, as many outputs as inputs: channels, height = width.
void convolution(benchmark::State& state, Convolution how) {
  at::set_num_threads(static_cast<int>(state.range(2)));
  const torch::NoGradGuard no_grad;
  const std::int64_t channels = state.range(0), size = state.range(1);
  const auto format = how == Convolution::kNchw ? torch::MemoryFormat::Contiguous
                                                : torch::MemoryFormat::ChannelsLast;
  const torch::Tensor x = torch::randn({1, channels, size, size}).contiguous(format);
  const torch::Tensor weight = torch::randn({channels, channels, 3, 3}).contiguous(format);
  const torch::Tensor bias = torch::randn({channels});
  if (how == Convolution::kWinograd) {
    const WinogradConv winograd(weight, bias);
    for (auto _ : state) benchmark::DoNotOptimize(winograd(x));
  } else {
    for (auto _ : state) benchmark::DoNotOptimize(torch::conv2d(x, weight, bias, 1, 1));
  }
}

// With ReLU: rows, inputs, outputs.
void linear(benchmark::State& state, bool own) {
  at::set_num_threads(static_cast<int>(state.range(3)));
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({1, state.range(0), state.range(1)});
  const torch::Tensor weight = torch::randn({state.range(2), state.range(1)});
  const torch::Tensor bias = torch::randn({state.range(2)});
  const FoldedLinear folded(weight, bias, Activation::kRelu);
  for (auto _ : state)
    benchmark::DoNotOptimize(own ? folded(x) : torch::linear(x, weight, bias).relu_());
}

enum class Sampling { kOwn, kComposed, kProjectAndOwn, kTokenSums };

// As in a decoder layer at 640 x 640: images, queries, width of the tokens.
void attention(benchmark::State& state, Sampling how, bool with_gradients) {
  constexpr std::int64_t kHeads = 8, kPoints = 12, kTokens = 8400;
  at::set_num_threads(static_cast<int>(state.range(3)));
  const std::int64_t batch = state.range(0), queries = state.range(1), width = state.range(2);
  const auto levels = sampled_levels({{80, 80}, {40, 40}, {20, 20}}, {3, 6, 3});
  const torch::Tensor memory = torch::randn({batch, kTokens, width});
  // Points of a query lie around it.
  const torch::Tensor locations = (torch::rand({batch, queries, 1, 1, 2}) +
                                   0.1 * torch::randn({batch, queries, kHeads, kPoints, 2}))
                                      .requires_grad_(with_gradients);
  const torch::Tensor weights =
      torch::randn({batch, queries, kHeads, kPoints}).softmax(3).requires_grad_(with_gradients);
  const torch::Tensor value =
      memory.unflatten(2, {kHeads, width / kHeads}).contiguous().requires_grad_(with_gradients);
  const FoldedLinear projection(torch::randn({width, width}), torch::randn({width}));
  const torch::Tensor head_weights = torch::randn({kHeads, width, width / kHeads});
  const auto run = [&] {
    switch (how) {
      case Sampling::kComposed:
        return deformable_attention_by_grid_sample(value, levels, locations, weights);
      case Sampling::kProjectAndOwn:
        return deformable_attention(
            projection(memory).unflatten(2, {kHeads, width / kHeads}), levels, locations, weights);
      case Sampling::kTokenSums:
        return torch::bmm(deformable_token_sums(memory, levels, locations, weights)
                              .tokens.flatten(0, 1)
                              .transpose(0, 1),
                          head_weights);
      case Sampling::kOwn:
        break;
    }
    return deformable_attention(value, levels, locations, weights);
  };
  for (auto _ : state) {
    const torch::Tensor result = run();
    if (with_gradients) {
      benchmark::DoNotOptimize(torch::autograd::grad({result.sum()}, {value, locations, weights}));
    }
  }
}

void convolution_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(
      benchmark,
      {{384, 80, 1}, {384, 40, 1}, {384, 20, 1}, {224, 80, 1}, {65, 80, 1}, {384, 80, 2}});
}
void linear_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark,
                {{8400, 192, 192, 1}, {8400, 256, 256, 1}, {300, 192, 512, 1}, {300, 512, 192, 1}});
}
void prediction_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark, {{1, 300, 192, 1}, {1, 300, 256, 1}, {1, 300, 192, 2}});
}
void training_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark, {{4, 500, 192, 1}, {4, 500, 192, 2}});
}

BENCHMARK_CAPTURE(convolution, nchw, Convolution::kNchw)->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, channels_last, Convolution::kChannelsLast)->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, winograd, Convolution::kWinograd)->Apply(convolution_sizes);
BENCHMARK_CAPTURE(linear, libtorch, false)->Apply(linear_sizes);
BENCHMARK_CAPTURE(linear, saker, true)->Apply(linear_sizes);
BENCHMARK_CAPTURE(attention, composed, Sampling::kComposed, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, own, Sampling::kOwn, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, projected, Sampling::kProjectAndOwn, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, token_sums, Sampling::kTokenSums, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, composed_training, Sampling::kComposed, true)->Apply(training_sizes);
BENCHMARK_CAPTURE(attention, own_training, Sampling::kOwn, true)->Apply(training_sizes);

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();

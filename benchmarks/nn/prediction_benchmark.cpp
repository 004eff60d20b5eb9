// Operations of prediction beside LibTorch's. The last argument is the number of threads.
#include <ATen/autocast_mode.h>
#include <benchmark/benchmark.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "nn/bfloat16_conv.hpp"
#include "nn/deformable_attention.hpp"
#include "nn/folded_linear.hpp"
#include "nn/folding_precision.hpp"
#include "nn/im2col_conv.hpp"
#include "nn/linear_product.hpp"
#include "nn/winograd_conv.hpp"

namespace saker {
namespace {

using Arguments = std::vector<std::vector<std::int64_t>>;

void measured_with(benchmark::internal::Benchmark* benchmark, const Arguments& all) {
  for (const auto& arguments : all) benchmark->Args(arguments);
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}

enum class Convolution { kNchw, kChannelsLast, kWinograd, kIm2col };

bool has(FoldingPrecision precision) {
  return precision == FoldingPrecision::kFloat32 || best_bfloat16_level() != Bfloat16Level::kNone;
}

// 3x3: inputs, outputs, height = width, stride.
void convolution(benchmark::State& state, Convolution how, FoldingPrecision precision) {
  if (!has(precision)) return state.SkipWithError("this processor has no bfloat16");
  at::set_num_threads(static_cast<int>(state.range(4)));
  const torch::NoGradGuard no_grad;
  const FoldingPrecisionScope scope(precision);
  const std::int64_t in = state.range(0), out = state.range(1), size = state.range(2),
                     stride = state.range(3);
  const auto format = how == Convolution::kNchw ? torch::MemoryFormat::Contiguous
                                                : torch::MemoryFormat::ChannelsLast;
  const torch::Tensor x = torch::randn({1, in, size, size}).contiguous(format);
  const torch::Tensor weight = torch::randn({out, in, 3, 3}).contiguous(format);
  const torch::Tensor bias = torch::randn({out});
  if (how == Convolution::kWinograd && stride == 1) {
    if (precision == FoldingPrecision::kBfloat16) {
      const Bfloat16Conv conv(*folding_bfloat16_kernel(), weight, bias, Activation::kNone);
      for (auto _ : state) benchmark::DoNotOptimize(conv(x));
    } else {
      const WinogradConv winograd(weight, bias);
      for (auto _ : state) benchmark::DoNotOptimize(winograd(x));
    }
  } else if (how == Convolution::kNchw || how == Convolution::kChannelsLast) {
    const auto type = precision == FoldingPrecision::kFloat32 ? torch::kFloat32 : torch::kBFloat16;
    const torch::Tensor weights = weight.to(type), biases = bias.to(type);
    for (auto _ : state) {
      benchmark::DoNotOptimize(
          torch::conv2d(x.to(type), weights, biases, stride, 1).to(torch::kFloat32));
    }
  } else {
    const Im2colConv conv(weight, bias, stride, 1, Activation::kNone);
    for (auto _ : state) benchmark::DoNotOptimize(conv(x));
  }
}

// With ReLU: rows, inputs, outputs.
void linear(benchmark::State& state, bool own, FoldingPrecision precision) {
  if (!has(precision)) return state.SkipWithError("this processor has no bfloat16");
  at::set_num_threads(static_cast<int>(state.range(3)));
  const torch::NoGradGuard no_grad;
  const FoldingPrecisionScope scope(precision);
  const torch::Tensor x = torch::randn({1, state.range(0), state.range(1)});
  const torch::Tensor weight = torch::randn({state.range(2), state.range(1)});
  const torch::Tensor bias = torch::randn({state.range(2)});
  const FoldedLinear folded(weight, bias, Activation::kRelu);
  const auto type = precision == FoldingPrecision::kFloat32 ? torch::kFloat32 : torch::kBFloat16;
  const torch::Tensor weights = weight.to(type), biases = bias.to(type);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        own ? folded(x) : torch::linear(x.to(type), weights, biases).relu_().to(torch::kFloat32));
  }
}

// Forward and backward: rows, inputs, outputs. In bfloat16 under autocast.
void training_linear(benchmark::State& state, bool own, FoldingPrecision precision) {
  if (!has(precision)) return state.SkipWithError("this processor has no bfloat16");
  at::set_num_threads(static_cast<int>(state.range(3)));
  const auto leaf = [](at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(); };
  const torch::Tensor x = leaf({state.range(0), state.range(1)});
  const torch::Tensor weight = leaf({state.range(2), state.range(1)}),
                      bias = leaf({state.range(2)});
  const torch::Tensor gradient = torch::randn({state.range(0), state.range(2)});
  const bool mixed = precision == FoldingPrecision::kBfloat16;
  for (auto _ : state) {
    if (mixed) {
      at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
      at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    const torch::Tensor y = (own ? linear_product(x, weight, bias) : torch::linear(x, weight, bias))
                                .to(torch::kFloat32);
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x, weight, bias}, {gradient}));
  }
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
  measured_with(benchmark,
                {{384, 384, 80, 1, 1},
                 {384, 384, 40, 1, 1},
                 {384, 384, 20, 1, 1},
                 {224, 224, 80, 1, 1},
                 {65, 65, 80, 1, 1},
                 {384, 384, 80, 1, 2},
                 {192, 192, 80, 2, 1},
                 {64, 64, 80, 2, 1},
                 {16, 32, 320, 2, 1},
                 {3, 24, 416, 2, 1}});
}
void linear_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark,
                {{8400, 192, 192, 1},
                 {8400, 256, 256, 1},
                 {1600, 192, 768, 1},
                 {1600, 768, 192, 1},
                 {300, 192, 512, 1},
                 {300, 512, 192, 1}});
}
void training_linear_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark,
                {{6420, 192, 576, 2},
                 {6420, 192, 768, 2},
                 {6420, 768, 192, 2},
                 {33600, 192, 192, 2},
                 {33600, 192, 80, 2},
                 {33600, 192, 4, 2},
                 {2000, 192, 192, 2}});
}
void prediction_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark, {{1, 300, 192, 1}, {1, 300, 256, 1}, {1, 300, 192, 2}});
}
void training_sizes(benchmark::internal::Benchmark* benchmark) {
  measured_with(benchmark, {{4, 500, 192, 1}, {4, 500, 192, 2}});
}

BENCHMARK_CAPTURE(convolution, nchw_float32, Convolution::kNchw, FoldingPrecision::kFloat32)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution,
                  channels_last_float32,
                  Convolution::kChannelsLast,
                  FoldingPrecision::kFloat32)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, im2col_float32, Convolution::kIm2col, FoldingPrecision::kFloat32)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, best_float32, Convolution::kWinograd, FoldingPrecision::kFloat32)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, nchw_bfloat16, Convolution::kNchw, FoldingPrecision::kBfloat16)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution,
                  channels_last_bfloat16,
                  Convolution::kChannelsLast,
                  FoldingPrecision::kBfloat16)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, im2col_bfloat16, Convolution::kIm2col, FoldingPrecision::kBfloat16)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(convolution, best_bfloat16, Convolution::kWinograd, FoldingPrecision::kBfloat16)
    ->Apply(convolution_sizes);
BENCHMARK_CAPTURE(linear, libtorch_float32, false, FoldingPrecision::kFloat32)->Apply(linear_sizes);
BENCHMARK_CAPTURE(linear, saker_float32, true, FoldingPrecision::kFloat32)->Apply(linear_sizes);
BENCHMARK_CAPTURE(linear, libtorch_bfloat16, false, FoldingPrecision::kBfloat16)
    ->Apply(linear_sizes);
BENCHMARK_CAPTURE(linear, saker_bfloat16, true, FoldingPrecision::kBfloat16)->Apply(linear_sizes);
BENCHMARK_CAPTURE(training_linear, libtorch_float32, false, FoldingPrecision::kFloat32)
    ->Apply(training_linear_sizes);
BENCHMARK_CAPTURE(training_linear, saker_float32, true, FoldingPrecision::kFloat32)
    ->Apply(training_linear_sizes);
BENCHMARK_CAPTURE(training_linear, libtorch_bfloat16, false, FoldingPrecision::kBfloat16)
    ->Apply(training_linear_sizes);
BENCHMARK_CAPTURE(training_linear, saker_bfloat16, true, FoldingPrecision::kBfloat16)
    ->Apply(training_linear_sizes);
BENCHMARK_CAPTURE(attention, composed, Sampling::kComposed, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, own, Sampling::kOwn, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, projected, Sampling::kProjectAndOwn, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, token_sums, Sampling::kTokenSums, false)->Apply(prediction_sizes);
BENCHMARK_CAPTURE(attention, composed_training, Sampling::kComposed, true)->Apply(training_sizes);
BENCHMARK_CAPTURE(attention, own_training, Sampling::kOwn, true)->Apply(training_sizes);

}  // namespace
}  // namespace saker

BENCHMARK_MAIN();

// The loops of PixelBatchNormKernel, written once for every processor level. For the
// pixel_batch_norm_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/pixel_batch_norm_kernel.hpp"
#include "nn/simd_math.hpp"

namespace saker {

template <class Level, class Value>
class PixelBatchNormLoops {
 public:
  static void moments(const Value* x,
                      std::int64_t pixels,
                      std::int64_t channels,
                      const float* pivot,
                      float* sum,
                      float* squares) {
    accumulate(pixels, channels, sum, squares, [&]<int L>(std::int64_t c) {
      return [x, channels, c, pivot = load<Level, L>(pivot + c)](
                 std::int64_t i, Simd<L>& first, Simd<L>& second) {
        const Simd<L> centred = read<L>(x + i * channels + c) - pivot;
        first += centred;
        second += centred * centred;
      };
    });
  }

  static void normalize(const Value* x, std::int64_t pixels, const PixelNorm& norm, Value* y) {
    with_activation(norm.activation, [&]<Activation kActivation>() {
      for (std::int64_t i = 0; i < pixels; ++i) {
        const Value* const from = x + i * norm.channels;
        Value* const to = y + i * norm.channels;
        sweep<Level>(norm.channels, [&]<int L>(std::int64_t c) {
          write<L>(to + c, activated<kActivation, L>(z_of<L>(from + c, norm, c)));
        });
      }
    });
  }

  static void gradient_sums(const Value* x,
                            const Value* grad_y,
                            std::int64_t pixels,
                            const PixelNorm& norm,
                            float* sum,
                            float* sum_x) {
    with_activation(norm.activation, [&]<Activation kActivation>() {
      accumulate(pixels, norm.channels, sum, sum_x, [&]<int L>(std::int64_t c) {
        return [&, c, mean = load<Level, L>(norm.mean + c)](
                   std::int64_t i, Simd<L>& first, Simd<L>& second) {
          const std::int64_t at = i * norm.channels + c;
          const Simd<L> dz = gradient<kActivation, L>(x + at, grad_y + at, norm, c);
          first += dz;
          second += dz * (read<L>(x + at) - mean);
        };
      });
    });
  }

  static void input_gradient(const Value* x,
                             const Value* grad_y,
                             std::int64_t pixels,
                             const PixelNorm& norm,
                             const float* slope,
                             const float* offset,
                             Value* grad_x) {
    with_activation(norm.activation, [&]<Activation kActivation>() {
      for (std::int64_t i = 0; i < pixels; ++i) {
        sweep<Level>(norm.channels, [&]<int L>(std::int64_t c) {
          const std::int64_t at = i * norm.channels + c;
          const Simd<L> dz = gradient<kActivation, L>(x + at, grad_y + at, norm, c);
          const Simd<L> centred = read<L>(x + at) - load<Level, L>(norm.mean + c);
          write<L>(grad_x + at,
                   load<Level, L>(norm.scale + c) * dz + load<Level, L>(slope + c) * centred +
                       load<Level, L>(offset + c));
        });
      }
    });
  }

 private:
  static constexpr int N = Level::kLanes;

  template <int L>
  struct Numbers {
    typedef std::uint16_t type
        __attribute__((vector_size(L * sizeof(std::uint16_t)), aligned(2), may_alias));
    using Bits = typename SimdVector<L>::bits;
  };

  template <int L>
  [[gnu::always_inline]] static Simd<L> read(const float* from) {
    return load<Level, L>(from);
  }
  template <int L>
  [[gnu::always_inline]] static Simd<L> read(const Bfloat16* from) {
    using Bits = typename Numbers<L>::Bits;
    const auto stored = *reinterpret_cast<const typename Numbers<L>::type*>(from);
    return reinterpret_cast<Simd<L>>(__builtin_convertvector(stored, Bits) << 16);
  }

  template <int L>
  [[gnu::always_inline]] static void write(float* to, Simd<L> value) {
    store<Level, L>(to, value);
  }
  // To the nearest, ties to even; a NaN stays one.
  template <int L>
  [[gnu::always_inline]] static void write(Bfloat16* to, Simd<L> value) {
    using Bits = typename Numbers<L>::Bits;
    const Bits bits = reinterpret_cast<Bits>(value);
    const Bits rounded = (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16;
    const Bits not_a_number = Bits{} + 0x7fc0U;
    const Bits chosen = value == value ? rounded : not_a_number;
    *reinterpret_cast<typename Numbers<L>::type*>(to) =
        __builtin_convertvector(chosen, typename Numbers<L>::type);
  }

  template <class Body>
  [[gnu::always_inline]] static void with_activation(Activation activation, const Body& body) {
    switch (activation) {
      case Activation::kRelu:
        return body.template operator()<Activation::kRelu>();
      case Activation::kSilu:
        return body.template operator()<Activation::kSilu>();
      default:
        return body.template operator()<Activation::kNone>();
    }
  }

  template <int L>
  [[gnu::always_inline]] static Simd<L> z_of(const Value* x,
                                             const PixelNorm& norm,
                                             std::int64_t c) {
    return read<L>(x) * load<Level, L>(norm.scale + c) + load<Level, L>(norm.shift + c);
  }

  template <Activation kActivation, int L>
  [[gnu::always_inline]] static Simd<L> activated(Simd<L> z) {
    if constexpr (kActivation == Activation::kRelu) return relu<Level, L>(z);
    if constexpr (kActivation == Activation::kSilu) return silu<Level, L>(z);
    return z;
  }

  // dz
  template <Activation kActivation, int L>
  [[gnu::always_inline]] static Simd<L> gradient(const Value* x,
                                                 const Value* grad_y,
                                                 const PixelNorm& norm,
                                                 std::int64_t c) {
    const Simd<L> dy = read<L>(grad_y);
    if constexpr (kActivation == Activation::kNone) return dy;
    const Simd<L> z = z_of<L>(x, norm, c);
    if constexpr (kActivation == Activation::kRelu) {
      const Simd<L> zero = {};
      return z > zero ? dy : zero;
    }
    const Simd<L> sigmoid = sigmoid_of<Level, L>(z);
    return dy * sigmoid * (1.0F + z * (1.0F - sigmoid));
  }

  // Sums over the pixels of two terms of each channel: term.operator()<L>(c) makes a function that
  // adds those of a pixel for channels c to c + L.
  template <class Term>
  [[gnu::always_inline]] static void accumulate(
      std::int64_t pixels, std::int64_t channels, float* first, float* second, const Term& term) {
    constexpr int kVectors = 2;  // whose sums hide the latency of additions
    std::int64_t c = 0;
    for (; c + kVectors * N <= channels; c += kVectors * N) {
      const auto left = term.template operator()<N>(c), right = term.template operator()<N>(c + N);
      Simd<N> sums[2 * kVectors] = {};
      for (std::int64_t i = 0; i < pixels; ++i) {
        left(i, sums[0], sums[1]);
        right(i, sums[2], sums[3]);
      }
      store<Level, N>(first + c, sums[0]);
      store<Level, N>(second + c, sums[1]);
      store<Level, N>(first + c + N, sums[2]);
      store<Level, N>(second + c + N, sums[3]);
    }
    for (; c < channels; ++c) {
      const auto add = term.template operator()<1>(c);
      Simd<1> sums[2] = {};
      for (std::int64_t i = 0; i < pixels; ++i) add(i, sums[0], sums[1]);
      first[c] = sums[0][0];
      second[c] = sums[1][0];
    }
  }
};

template <class Level, class Value>
constexpr PixelBatchNormKernel<Value> make_pixel_batch_norm_kernel() {
  using Loops = PixelBatchNormLoops<Level, Value>;
  return {.moments = &Loops::moments,
          .normalize = &Loops::normalize,
          .gradient_sums = &Loops::gradient_sums,
          .input_gradient = &Loops::input_gradient};
}

template <class Level>
constexpr PixelBatchNormKernels make_pixel_batch_norm_kernels() {
  return {.of_float = make_pixel_batch_norm_kernel<Level, float>(),
          .of_bfloat16 = make_pixel_batch_norm_kernel<Level, Bfloat16>()};
}

}  // namespace saker

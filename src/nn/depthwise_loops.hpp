// The loops of DepthwiseKernel, written once for every processor level. For the
// depthwise_kernel_*.cpp files only.
//
// A plane is first copied into scratch with its zero border, for stride 2 with even and odd columns
// apart. After that every tap of an output row is a run of consecutive floats, and four output rows
// share what they load.
#pragma once

#include <cstdint>

#include "nn/depthwise_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

// Level: kLanes, the floats of a vector; kManyRegisters, whether there are 32 vector registers and
// not 16.
template <class Level, int K, int S>
class DepthwiseLoops {
 public:
  static std::int64_t scratch_floats(const DepthwiseShape& shape) {
    const Layout in = input_layout(shape), grad = gradient_layout(shape);
    return in.floats() + grad.floats() + 2 * row_floats(shape.width + K);
  }

  static void forward(const DepthwiseShape& shape,
                      const float* input,
                      const float* weight,
                      float bias,
                      bool relu,
                      float* output,
                      float* scratch) {
    const Layout in = input_layout(shape);
    copy_input(shape, in, input, scratch);
    if (relu) {
      convolve<S, true>(in, scratch, weight, bias, output, shape.out_height(), shape.out_width());
    } else {
      convolve<S, false>(in, scratch, weight, bias, output, shape.out_height(), shape.out_width());
    }
  }

  static void backward(const DepthwiseShape& shape,
                       const float* input,
                       const float* weight,
                       const float* grad_output,
                       float* grad_input,
                       float* grad_weight,
                       float* scratch) {
    const Layout in = input_layout(shape), grad = gradient_layout(shape);
    float* const padded_grad = scratch + in.floats();
    copy_rows(shape.out_height(), shape.out_width(), grad, grad_output, padded_grad);
    if (grad_weight != nullptr) {
      copy_input(shape, in, input, scratch);
      weight_gradient(shape, in, scratch, grad, padded_grad, grad_weight);
    }
    if (grad_input == nullptr) return;
    if constexpr (S == 1) {
      float flipped[K * K];
      for (int i = 0; i < K * K; ++i) flipped[i] = weight[K * K - 1 - i];
      convolve<1, false>(grad, padded_grad, flipped, 0.0F, grad_input, shape.height, shape.width);
    } else {
      input_gradient_of_stride_2(
          shape, grad, padded_grad, weight, grad_input, padded_grad + grad.floats());
    }
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr int P = K / 2;

  // A zero-bordered plane: element (y, x) at (y + P) * row + x + P; with stride 2 padded column c
  // at (c % 2) * half + c / 2 of its row.
  struct Layout {
    std::int64_t rows = 0, row = 0, half = 0;
    std::int64_t floats() const { return rows * row; }
  };

  // Room for a row's runs of vectors, wherever they start.
  static std::int64_t row_floats(std::int64_t width) { return (width + 2 * N + 15) / 16 * 16; }

  static Layout input_layout(const DepthwiseShape& shape) {
    const std::int64_t width = shape.width + 2 * P;
    if constexpr (S == 1) return {.rows = shape.height + 2 * P, .row = row_floats(width)};
    const std::int64_t half = row_floats((width + 1) / 2);
    return {.rows = shape.height + 2 * P + 1, .row = 2 * half, .half = half};
  }

  static Layout gradient_layout(const DepthwiseShape& shape) {
    return {.rows = shape.out_height() + 2 * P, .row = row_floats(shape.out_width() + 2 * P)};
  }

  static void copy_rows(std::int64_t height,
                        std::int64_t width,
                        const Layout& layout,
                        const float* from,
                        float* scratch) {
    for (std::int64_t y = 0; y < height; ++y) {
      const float* const source = from + y * width;
      float* const target = scratch + (y + P) * layout.row + P;
      sweep<Level>(width, [&]<int L>(std::int64_t x) {
        store<Level, L>(target + x, load<Level, L>(source + x));
      });
    }
  }

  static void copy_input(const DepthwiseShape& shape,
                         const Layout& layout,
                         const float* input,
                         float* scratch) {
    if constexpr (S == 1) {
      copy_rows(shape.height, shape.width, layout, input, scratch);
    } else {
      // Padded column of x is x + P, so that even x goes to the half of P's parity.
      const std::int64_t evens = (shape.width + 1) / 2, odds = shape.width / 2;
      for (std::int64_t y = 0; y < shape.height; ++y) {
        const float* const source = input + y * shape.width;
        float* const row = scratch + (y + P) * layout.row;
        float* const even = row + (P % 2) * layout.half + P / 2;
        float* const odd = row + ((P + 1) % 2) * layout.half + (P + 1) / 2;
        for (std::int64_t x = 0; x < odds; ++x) {
          even[x] = source[2 * x];
          odd[x] = source[2 * x + 1];
        }
        if (evens > odds) even[odds] = source[2 * odds];
      }
    }
  }

  // Offset of tap column j from the run of the first one.
  template <int Step>
  [[gnu::always_inline]] static std::int64_t tap(const Layout& layout, int j) {
    return Step == 1 ? j : (j % 2) * layout.half + j / 2;
  }

  // R output rows from out on, L columns.
  template <int Step, bool Relu, int R, int L>
  [[gnu::always_inline]] static void convolve_block(const Layout& layout,
                                                    const float* from,
                                                    const float* weight,
                                                    float bias,
                                                    float* out,
                                                    std::int64_t width) {
    Simd<L> sum[R];
#pragma GCC unroll 4
    for (int q = 0; q < R; ++q) sum[q] = broadcast<Level, L>(bias);
#pragma GCC unroll 16
    for (int r = 0; r < Step * (R - 1) + K; ++r) {
#pragma GCC unroll 5
      for (int j = 0; j < K; ++j) {
        const Simd<L> value = load<Level, L>(from + r * layout.row + tap<Step>(layout, j));
#pragma GCC unroll 4
        for (int q = 0; q < R; ++q) {
          const int i = r - Step * q;
          if (i >= 0 && i < K) sum[q] += weight[i * K + j] * value;
        }
      }
    }
#pragma GCC unroll 4
    for (int q = 0; q < R; ++q)
      store<Level, L>(out + q * width, Relu ? relu<Level, L>(sum[q]) : sum[q]);
  }

  template <int Step, bool Relu, int R>
  static void convolve_rows(const Layout& layout,
                            const float* from,
                            const float* weight,
                            float bias,
                            float* out,
                            std::int64_t width) {
    float taps[K * K];  // a copy that no store can change, so that it may stay in registers
    for (int i = 0; i < K * K; ++i) taps[i] = weight[i];
    sweep<Level>(width, [&]<int L>(std::int64_t x) {
      convolve_block<Step, Relu, R, L>(layout, from + x, taps, bias, out + x, width);
    });
  }

  template <int Step, bool Relu>
  static void convolve(const Layout& layout,
                       const float* padded,
                       const float* weight,
                       float bias,
                       float* out,
                       std::int64_t height,
                       std::int64_t width) {
    std::int64_t y = 0;
    const auto rows = [&]<int R>() {
      for (; y + R <= height; y += R) {
        convolve_rows<Step, Relu, R>(
            layout, padded + y * Step * layout.row, weight, bias, out + y * width, width);
      }
    };
    rows.template operator()<4>();
    rows.template operator()<2>();
    rows.template operator()<1>();
  }

  // Input row y gets from output row (y + P - i) / 2 for the i of (y + P)'s parity, and likewise
  // each column: even and odd padded columns are computed apart and interleaved.
  static void input_gradient_of_stride_2(const DepthwiseShape& shape,
                                         const Layout& grad,
                                         const float* padded_grad,
                                         const float* weight,
                                         float* grad_input,
                                         float* rows) {
    const std::int64_t run = (shape.width - 1 + P) / 2 + 1;
    float* const even = rows;
    float* const odd = rows + row_floats(shape.width + K);
    const float* const first = P % 2 == 0 ? even + P / 2 : odd + P / 2;
    const float* const second = P % 2 == 0 ? odd + P / 2 : even + (P + 1) / 2;
    for (std::int64_t y = 0; y < shape.height; ++y) {
      const std::int64_t top = (y + P) / 2 + P;  // the padded row of tap row 0 or 1
      if ((y + P) % 2 == 0) {
        gradient_row<0>(grad, padded_grad + top * grad.row + P, weight, even, odd, run);
      } else {
        gradient_row<1>(grad, padded_grad + top * grad.row + P, weight, even, odd, run);
      }
      float* const out = grad_input + y * shape.width;
      const std::int64_t pairs = shape.width / 2;
      for (std::int64_t t = 0; t < pairs; ++t) {
        out[2 * t] = first[t];
        out[2 * t + 1] = second[t];
      }
      if (shape.width % 2 == 1) out[2 * pairs] = first[pairs];
    }
  }

  template <int Parity>
  static void gradient_row(const Layout& grad,
                           const float* from,
                           const float* weight,
                           float* even,
                           float* odd,
                           std::int64_t run) {
    float taps[K * K];
    for (int i = 0; i < K * K; ++i) taps[i] = weight[i];
    sweep<Level>(run, [&]<int L>(std::int64_t x) {
      Simd<L> even_sum = {}, odd_sum = {};
#pragma GCC unroll 3
      for (int i = Parity; i < K; i += 2) {
#pragma GCC unroll 3
        for (int j = 0; j < K; j += 2) {
          const Simd<L> value = load<Level, L>(from - (i / 2) * grad.row - j / 2 + x);
          even_sum += taps[i * K + j] * value;
          if (j + 1 < K) odd_sum += taps[i * K + j + 1] * value;
        }
      }
      store<Level, L>(even + x, even_sum);
      store<Level, L>(odd + x, odd_sum);
    });
  }

  // grad_weight[i, j] is the sum over y, x of padded_input[S y + i, S x + j] * grad_output[y, x].
  static void weight_gradient(const DepthwiseShape& shape,
                              const Layout& in,
                              const float* padded,
                              const Layout& grad,
                              const float* padded_grad,
                              float* grad_weight) {
    // As many columns of taps at a time as there are registers for their sums.
    constexpr int kColumns = Level::kManyRegisters || K == 3 ? K : 2;
    weight_gradient_columns<0, kColumns>(shape, in, padded, grad, padded_grad, grad_weight);
    if constexpr (kColumns < K) {
      weight_gradient_columns<2, 2>(shape, in, padded, grad, padded_grad, grad_weight);
      weight_gradient_columns<4, 1>(shape, in, padded, grad, padded_grad, grad_weight);
    }
  }

  template <int First, int Columns>
  static void weight_gradient_columns(const DepthwiseShape& shape,
                                      const Layout& in,
                                      const float* padded,
                                      const Layout& grad,
                                      const float* padded_grad,
                                      float* grad_weight) {
    Simd<N> sum[K * Columns] = {};
    // Beyond the width the gradient's border is zero, so that whole vectors may be taken.
    for (std::int64_t x = 0; x < shape.out_width(); x += N) {
      if constexpr (S == 1) {
        // Each loaded run of the input meets the K output rows that it reaches; they wander through
        // `window`.
        const float* const gradient = padded_grad + P * grad.row + P + x;
        Simd<N> window[K];
#pragma GCC unroll 5
        for (int i = 0; i + 1 < K; ++i)
          window[i] = load<Level, N>(gradient + (P - 1 - i) * grad.row);
        for (std::int64_t r = P; r < shape.height + P; ++r) {
#pragma GCC unroll 5
          for (int i = K - 1; i > 0; --i) window[i] = window[i - 1];
          window[0] = load<Level, N>(gradient + r * grad.row);
#pragma GCC unroll 5
          for (int j = 0; j < Columns; ++j) {
            const Simd<N> value = load<Level, N>(padded + r * in.row + x + First + j);
#pragma GCC unroll 5
            for (int i = 0; i < K; ++i) sum[i * Columns + j] += value * window[i];
          }
        }
      } else {
        for (std::int64_t y = 0; y < shape.out_height(); ++y) {
          const Simd<N> gradient = load<Level, N>(padded_grad + (y + P) * grad.row + P + x);
#pragma GCC unroll 5
          for (int i = 0; i < K; ++i) {
#pragma GCC unroll 5
            for (int j = 0; j < Columns; ++j) {
              const float* const from = padded + (2 * y + i) * in.row + x + tap<2>(in, First + j);
              sum[i * Columns + j] += load<Level, N>(from) * gradient;
            }
          }
        }
      }
    }
#pragma GCC unroll 5
    for (int i = 0; i < K; ++i) {
#pragma GCC unroll 5
      for (int j = 0; j < Columns; ++j)
        grad_weight[i * K + First + j] = sum_lanes<Level, N>(sum[i * Columns + j]);
    }
  }
};

// Calls body.template operator()<K, S>() for the shape's kernel and stride.
template <class Level, class Body>
auto with_kernel_and_stride(const DepthwiseShape& shape, const Body& body) {
  if (shape.kernel == 3) {
    return shape.stride == 1 ? body.template operator()<3, 1>() : body.template operator()<3, 2>();
  }
  return shape.stride == 1 ? body.template operator()<5, 1>() : body.template operator()<5, 2>();
}

template <class Level>
constexpr DepthwiseKernel make_depthwise_kernel() {
  return {
      .scratch_floats =
          [](const DepthwiseShape& shape) {
            return with_kernel_and_stride<Level>(shape, [&]<int K, int S>() {
              return DepthwiseLoops<Level, K, S>::scratch_floats(shape);
            });
          },
      .forward =
          [](const DepthwiseShape& shape,
             const float* input,
             const float* weight,
             float bias,
             bool relu,
             float* output,
             float* scratch) {
            with_kernel_and_stride<Level>(shape, [&]<int K, int S>() {
              DepthwiseLoops<Level, K, S>::forward(
                  shape, input, weight, bias, relu, output, scratch);
            });
          },
      .backward =
          [](const DepthwiseShape& shape,
             const float* input,
             const float* weight,
             const float* grad_output,
             float* grad_input,
             float* grad_weight,
             float* scratch) {
            with_kernel_and_stride<Level>(shape, [&]<int K, int S>() {
              DepthwiseLoops<Level, K, S>::backward(
                  shape, input, weight, grad_output, grad_input, grad_weight, scratch);
            });
          },
  };
}

}  // namespace saker

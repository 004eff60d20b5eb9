// Matrix products for 1x1 convolutions: the loops below pointwise_conv2d.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// A [rows, columns] matrix of contiguous rows, `stride` floats apart.
struct MatrixView {
  const float* data = nullptr;
  std::int64_t rows = 0, columns = 0, stride = 0;
};

struct PointwiseKernel {
  // Left factors come packed: [ceil(m / tile_rows)][k][tile_rows], with zeros below row m.
  std::int64_t tile_rows;
  // The most columns that one call of multiply takes.
  std::int64_t block_columns;

  std::int64_t (*multiply_scratch)(std::int64_t k);
  // out[i, x] = sum_j left[i, j] * right[j, x] + bias[i], then max(., 0) with relu. bias: m floats,
  // or null for none.
  void (*multiply)(const float* packed_left,
                   std::int64_t m,
                   const MatrixView& right,
                   const float* bias,
                   bool relu,
                   float* out,
                   std::int64_t out_stride,
                   float* scratch);

  std::int64_t (*multiply_transposed_scratch)(std::int64_t m, std::int64_t k);
  // out[i, j] = sum_n sum_x left_n[i, x] * right_n[j, x] over `images` pairs, left_n being
  // left.data + n * left_image, and likewise right_n. out: [m, k], contiguous.
  void (*multiply_transposed)(const MatrixView& left,
                              std::int64_t left_image,
                              const MatrixView& right,
                              std::int64_t right_image,
                              std::int64_t images,
                              float* out,
                              float* scratch);
};

// Null where there is none for the level, as for kPortable.
const PointwiseKernel* pointwise_kernel(ProcessorLevel level);

#if defined(__x86_64__)
extern const PointwiseKernel kPointwiseAvx2;
extern const PointwiseKernel kPointwiseAvx512;
#endif

}  // namespace saker

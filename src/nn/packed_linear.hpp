// A linear layer in the order in which the processor's own kernel reads it, for prediction; an
// activation rides along.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nn/activation_kind.hpp"
#include "nn/folding_precision.hpp"
#include "nn/linear_kernel.hpp"

namespace saker {

// Rows of plain floats that may be written, `stride` apart.
struct MutableRows {
  float* data = nullptr;
  std::int64_t stride = 0;
};

// y = activation(x weight^T + bias). Empty until it is made from weights; later changes of those do
// not reach it. Made under FoldingPrecision::kBfloat16, it rounds x and weights to that type and
// sums in float32.
class PackedLinear {
 public:
  // Whether this processor has a kernel; without, no PackedLinear can be made.
  static bool is_available();

  PackedLinear() = default;
  // weight: [out, in]; bias: [out], or undefined for none. Any float type on the CPU.
  PackedLinear(const torch::Tensor& weight,
               const torch::Tensor& bias,
               Activation activation = Activation::kNone);
  // The same of a weight that nothing else needs: it has no elements afterwards. Its memory becomes
  // that of the panels where they fit (float32 in both forms, the tensor's alone, whole panels of
  // outputs), so that a large layer is not in memory twice. row_scale: [out], multiplied into the
  // weight's rows; undefined for none.
  static PackedLinear taking(torch::Tensor& weight,
                             const torch::Tensor& bias,
                             Activation activation = Activation::kNone,
                             const torch::Tensor& row_scale = {});

  explicit operator bool() const { return in_ > 0; }
  std::int64_t in() const { return in_; }
  std::int64_t out() const { return out_; }

  // For one thread: rows of `in` values to rows of `out` values.
  void write(const RowsView& x, const MutableRows& y) const { run(x, false, y); }
  // The same, added to what the rows hold. Only without activation.
  void add_to(const RowsView& x, const MutableRows& y) const { run(x, true, y); }

  // On LibTorch's threads. x: [..., in] float32 on the CPU; returns [..., out].
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  // panels: undefined for new memory, otherwise the weight's own.
  PackedLinear(const torch::Tensor& weight,
               const torch::Tensor& bias,
               Activation activation,
               const torch::Tensor& row_scale,
               torch::Tensor panels);
  void pack_float32(const torch::Tensor& values, const std::vector<float>& row_scale);
  void pack_bfloat16(const torch::Tensor& values, const std::vector<float>& row_scale);
  void run(const RowsView& x, bool add, const MutableRows& y) const;
  void run_bfloat16(const RowsView& x, bool add, const MutableRows& y) const;

  std::int64_t in_ = 0, out_ = 0;
  Activation activation_ = Activation::kNone;
  const Bfloat16Kernel* bfloat16_ = nullptr;  // null: float32
  torch::Tensor panels_, bias_;               // LibTorch aligns them for the cache
};

}  // namespace saker

// Axial rotary position embedding of image tokens.
//
// With w = head_dim / 4 periods P_j = base^(j / w), a patch at row y and column x of an h x w grid
// has the angles
//   a = [2 pi y' / P_0, ..., 2 pi y' / P_(w-1), 2 pi x' / P_0, ..., 2 pi x' / P_(w-1)]
// with y' = 2 (y + 0.5) / h - 1 and x' alike: head_dim / 2 angles, which serve both halves of a
// head's vector, rotated in pairs (i, i + head_dim / 2).
// Sources: Su et al., "RoFormer", 2021; Simeoni et al., "DINOv3", 2025, section 3.2.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace saker {

// One row a token. Leading tokens without a position have cos 1 and sin 0.
struct RotaryTable {
  torch::Tensor cos, sin;  // [T, head_dim] float32; the halves of a row are equal
};

// Key: the buffer periods [head_dim / 4], which files may hold in rounded form.
class RotaryEmbeddingImpl : public torch::nn::Module {
 public:
  // head_dim: a multiple of 4.
  explicit RotaryEmbeddingImpl(std::int64_t head_dim, double base = 100);

  // The table of `leading` tokens without and height x width patches with positions, row by row.
  // Coordinates are multiplied by `scale`. The last table of scale 1 is kept.
  RotaryTable table(std::int64_t height,
                    std::int64_t width,
                    std::int64_t leading,
                    double scale = 1);

  torch::Tensor periods;

 private:
  RotaryTable compute(std::int64_t height,
                      std::int64_t width,
                      std::int64_t leading,
                      double scale) const;

  RotaryTable kept_;
  std::int64_t kept_height_ = 0, kept_width_ = 0, kept_leading_ = 0;
  // The periods it was made of: reading them would wait for the device.
  const void* kept_periods_ = nullptr;
  std::int64_t kept_version_ = 0;
};
TORCH_MODULE(RotaryEmbedding);

// v cos + rot(v) sin with rot([a, b]) = [-b, a], computed in float32 and returned in v's dtype.
// v: [B, T, ..., head_dim].
torch::Tensor rotate(const torch::Tensor& v, const RotaryTable& table);

}  // namespace saker

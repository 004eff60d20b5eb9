#include "nn/deformable_attention_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const DeformableAttentionKernel kDeformableAttentionAvx2 = make_deformable_attention_kernel<Avx2>();

}  // namespace saker

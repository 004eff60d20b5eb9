#include "nn/deformable_attention_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const DeformableAttentionKernel kDeformableAttentionAvx512 =
    make_deformable_attention_kernel<Avx512>();

}  // namespace saker

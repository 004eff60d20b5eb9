#include "nn/deformable_attention_loops.hpp"

namespace saker {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
};

}  // namespace

const DeformableAttentionKernel kDeformableAttentionPortable =
    make_deformable_attention_kernel<Portable>();

}  // namespace saker

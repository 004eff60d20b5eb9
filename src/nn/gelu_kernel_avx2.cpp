#include "nn/gelu_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const GeluKernel kGeluAvx2 = make_gelu_kernel<Avx2>();

}  // namespace saker

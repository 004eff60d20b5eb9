#include "nn/parameter_update_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const ParameterUpdateKernel kParameterUpdateAvx2 = make_parameter_update_kernel<Avx2>();

}  // namespace saker

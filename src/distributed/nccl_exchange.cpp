#include "distributed/nccl_exchange.hpp"

#include <vector>

namespace saker {

void NcclExchange::reduce(const torch::Tensor& values, const c10d::ReduceOp& operation) {
  if (values.is_cpu()) return GlooExchange::reduce(values, operation);
  c10d::AllreduceOptions options;
  options.reduceOp = operation;
  std::vector<torch::Tensor> buffers = {values};
  gpu_->allreduce(buffers, options)->wait();
}

}  // namespace saker

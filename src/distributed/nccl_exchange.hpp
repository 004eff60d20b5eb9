// Exchanges of small numbers and buffers between processes that have a GPU each.
#pragma once

#include "distributed/gloo_exchange.hpp"
#include "distributed/nccl_backend.hpp"

namespace saker {

// Values of the GPU stay there; those of the CPU take the way of Gloo.
class NcclExchange final : public GlooExchange {
 public:
  NcclExchange(c10::intrusive_ptr<c10d::Backend> cpu, c10::intrusive_ptr<NcclBackend> gpu)
      : GlooExchange(std::move(cpu)), gpu_(std::move(gpu)) {}

 protected:
  void reduce(const torch::Tensor& values, const c10d::ReduceOp& operation) override;

 private:
  c10::intrusive_ptr<NcclBackend> gpu_;
};

}  // namespace saker

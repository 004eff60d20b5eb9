// Exchanges of small numbers and buffers between processes over TCP, on the CPU.
#pragma once

#include <chrono>
#include <string>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/process_environment.hpp"
#include "nn/process_exchange.hpp"

namespace saker {

// A group of all processes, which meet under `name` in the store. On one machine it uses the
// loopback interface alone; over several, the one that GLOO_SOCKET_IFNAME names, or else that of
// the machine's name. timeout: of meeting, and of each exchange unless it is set anew. Throws
// c10::Error when they do not meet in time.
c10::intrusive_ptr<c10d::Backend> make_gloo(const c10::intrusive_ptr<c10d::Store>& store,
                                            const ProcessPlace& place,
                                            const std::string& name,
                                            std::chrono::milliseconds timeout);

// Tensors of other devices are copied to the CPU and back.
class GlooExchange : public ProcessExchange {
 public:
  explicit GlooExchange(c10::intrusive_ptr<c10d::Backend> group) : group_(std::move(group)) {}

  std::int64_t processes() const override { return group_->getSize(); }
  void sum(const torch::Tensor& values) override;
  void maximum(const torch::Tensor& values) override;

 protected:
  virtual void reduce(const torch::Tensor& values, const c10d::ReduceOp& operation);

 private:
  c10::intrusive_ptr<c10d::Backend> group_;
};

}  // namespace saker

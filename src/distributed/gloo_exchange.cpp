#include "distributed/gloo_exchange.hpp"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <vector>

#include "core/environment.hpp"

namespace saker {

c10::intrusive_ptr<c10d::Backend> make_gloo(const c10::intrusive_ptr<c10d::Store>& store,
                                            const ProcessPlace& place,
                                            const std::string& name,
                                            std::chrono::milliseconds timeout) {
  using Gloo = c10d::ProcessGroupGloo;
  const auto options = Gloo::Options::create(timeout);
  if (place.local_size == place.world_size) {
    options->devices.push_back(Gloo::createDeviceForHostname("127.0.0.1"));
  } else if (const auto interface = environment("GLOO_SOCKET_IFNAME")) {
    options->devices.push_back(Gloo::createDeviceForInterface(*interface));
  } else {
    options->devices.push_back(Gloo::createDefaultDevice());
  }
  options->threads = 2;
  return c10::make_intrusive<Gloo>(c10::make_intrusive<c10d::PrefixStore>(name, store),
                                   static_cast<int>(place.rank),
                                   static_cast<int>(place.world_size),
                                   options);
}

void GlooExchange::sum(const torch::Tensor& values) { reduce(values, c10d::ReduceOp::SUM); }

void GlooExchange::maximum(const torch::Tensor& values) { reduce(values, c10d::ReduceOp::MAX); }

void GlooExchange::reduce(const torch::Tensor& values, const c10d::ReduceOp& operation) {
  c10d::AllreduceOptions options;
  options.reduceOp = operation;
  std::vector<torch::Tensor> buffers = {values.cpu()};
  group_->allreduce(buffers, options)->wait();
  if (!values.is_cpu()) values.copy_(buffers[0]);
}

}  // namespace saker

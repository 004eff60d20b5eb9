// The processes of one training, from the view of one of them.
//
//   const auto processes = Processes::join(place, store, timeout);
//   GradientReducer reducer(parameters, processes->gradient_group());
//   ...
//   catch (const std::exception& error) { if (auto lost = processes->behind(error)) throw *lost; }
#pragma once

#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "distributed/gloo_exchange.hpp"
#include "distributed/nccl_backend.hpp"
#include "distributed/process_environment.hpp"
#include "distributed/process_status.hpp"
#include "nn/process_exchange.hpp"
#include "saker/error.hpp"

namespace saker {

// How long an exchange may take, which bounds the time after which a process that hangs ends the
// training: 300 s, or SAKER_PROCESS_TIMEOUT_SEC. Throws Error (usage) for a value that is no number
// of seconds.
std::chrono::milliseconds process_timeout();

// Where the processes meet. Rank 0 opens it unless the launcher did. Throws Error (io) naming the
// address when it cannot be opened or reached within the timeout.
c10::intrusive_ptr<c10d::Store> open_store(const ProcessPlace& place,
                                           std::chrono::milliseconds timeout);

// For processes of this machine alone: on the loopback interface, at a free port, which is written
// into the place.
c10::intrusive_ptr<c10d::Store> open_local_store(ProcessPlace& place,
                                                 std::chrono::milliseconds timeout);

class Processes {
 public:
  // Waits for the others. device: where the model is; GPUs exchange by NCCL if all processes find
  // it. Throws Error (io) when they do not come within the timeout, which is also that of the
  // exchanges until it is set.
  static std::unique_ptr<Processes> join(const ProcessPlace& place,
                                         const c10::intrusive_ptr<c10d::Store>& store,
                                         std::chrono::milliseconds timeout,
                                         torch::Device device = torch::kCPU);

  void set_timeout(std::chrono::milliseconds timeout);

  const ProcessPlace& place() const { return place_; }
  std::int64_t rank() const { return place_.rank; }
  std::int64_t size() const { return place_.world_size; }
  const ProcessExchangePointer& exchange() const { return exchange_; }
  // For gradients alone, whose exchanges run beside the others.
  const c10::intrusive_ptr<c10d::ProcessGroup>& gradient_group() const { return gradients_; }
  // "NCCL 2.27.5" or "Gloo".
  const std::string& gradient_engine() const { return engine_; }
  // Why GPUs do not exchange by NCCL; else empty.
  const std::string& engine_problem() const { return engine_problem_; }

  // Throws what behind() explains when an exchange between GPUs has failed, which shows only later
  // than its call. Waits for the device.
  void require_exchanges() const;

  // Whether any process says so.
  bool any(bool own) const;
  // In place, from rank 0 to all.
  void broadcast(const std::vector<torch::Tensor>& tensors) const;
  // 1-D tensors of one type on the CPU, of any length: in rank 0 those of all processes, by rank;
  // elsewhere nothing.
  std::vector<torch::Tensor> gather(const torch::Tensor& own) const;
  // The same for texts without null characters, one after the other.
  std::vector<std::string> gather(const std::vector<std::string>& own) const;
  // Throws Error (usage) in every process whose text is not that of rank 0, naming the first lines
  // that differ. what: for the message.
  void require_same(const std::string& what, const std::string& text) const;

  ProcessStatus& status() { return *status_; }

  // For an error that came up here. One of this process's own is told to the others, and nothing
  // returned; for a failed exchange, an Error (io) that names the process that was lost, which
  // takes a few seconds to find out.
  std::optional<Error> behind(const std::exception& error);

 private:
  Processes(const ProcessPlace& place, c10::intrusive_ptr<c10d::Store> store);
  void join_gpus(torch::Device device, std::chrono::milliseconds timeout);
  void broadcast_together(const std::vector<torch::Tensor>& tensors) const;

  ProcessPlace place_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> group_;
  ProcessExchangePointer exchange_;
  c10::intrusive_ptr<c10d::ProcessGroup> gradients_;
  c10::intrusive_ptr<NcclBackend> nccl_;  // empty without GPUs that exchange by it
  torch::Device device_ = torch::kCPU;
  std::string engine_ = "Gloo", engine_problem_;
  std::unique_ptr<ProcessStatus> status_;
};

}  // namespace saker

// c10d's exchanges by NCCL: sums of gradients go from GPU to GPU and overlap with the computation.
#pragma once

#include <torch/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "distributed/nccl_library.hpp"
#include "distributed/process_environment.hpp"

namespace saker {

// Exchanges run in the order of their calls, which must be that of all processes, on a stream of
// their own; waiting makes the caller's stream wait, not the caller. A thread watches them: one
// that fails, or is not done within the timeout, ends them all, and every call from then on throws
// c10::DistBackendError.
class NcclBackend final : public c10d::Backend {
 public:
  // Waits for the other processes, which meet in the store. device: that of all tensors.
  NcclBackend(const NcclLibrary& library,
              const c10::intrusive_ptr<c10d::Store>& store,
              const ProcessPlace& place,
              torch::Device device,
              std::chrono::milliseconds timeout);
  NcclBackend(const NcclBackend&) = delete;
  NcclBackend& operator=(const NcclBackend&) = delete;
  ~NcclBackend() override;

  const std::string getBackendName() const override { return "nccl"; }
  void setTimeout(std::chrono::milliseconds timeout) override;

  // Sums or maxima of one dense tensor, in place.
  c10::intrusive_ptr<c10d::Work> allreduce(
      std::vector<torch::Tensor>& tensors,
      const c10d::AllreduceOptions& options = c10d::AllreduceOptions()) override;
  c10::intrusive_ptr<c10d::Work> broadcast(
      std::vector<torch::Tensor>& tensors,
      const c10d::BroadcastOptions& options = c10d::BroadcastOptions()) override;

  // Throws once an exchange has failed, whose results may be anything.
  void require_no_failure();

 private:
  struct Exchange;

  template <typename Call>
  c10::intrusive_ptr<c10d::Work> launch(std::vector<torch::Tensor>& tensors,
                                        c10d::OpType kind,
                                        const Call& call);
  void watch();
  // Why nothing can go on; empty otherwise. Forgets exchanges that are done. To be called with the
  // mutex held.
  std::string find_failure();
  void require(int result, const char* what);

  const NcclLibrary library_;
  const torch::Device device_;
  NcclCommunicator communicator_ = nullptr;
  std::optional<c10::Stream> stream_;  // empty on the CPU

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::chrono::milliseconds timeout_;
  std::string failure_;
  std::deque<std::shared_ptr<Exchange>> under_way_;
  std::thread watcher_;
};

}  // namespace saker

// What several processes that train one model do in the loop besides their own share of the work.
//
// Every process has all weights and makes the same updates, with gradients that are means over the
// processes. With one process nothing here has an effect.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "distributed/gradient_reducer.hpp"
#include "distributed/processes.hpp"
#include "metrics/weighted_mean.hpp"

namespace saker {

// Where in a step a process is, in their order.
enum class StepPart { kLoading, kComputing, kUpdating, kSaving, kValidating };

class DataParallel {
 public:
  // processes: nullptr for one. all_batch_norms: not those alone that the architecture
  // synchronises. Both must outlive it. To be made once the model is in training mode, with what is
  // frozen frozen.
  DataParallel(Processes* processes, torch::nn::Module& model, bool all_batch_norms);

  // Rank 0, which alone writes files, logs and talks to trackers.
  bool is_first() const { return processes_ == nullptr || processes_->rank() == 0; }
  Processes* processes() const { return processes_; }

  // Weights and buffers of rank 0 to all, and these tensors besides.
  void share_model(const std::vector<torch::Tensor>& companions);
  // Buffers of rank 0 to all: batch norm moves them by its own batches in each process.
  void share_buffers();
  // Around the forward pass of the last part of a step, see GradientReducer.
  void begin_forward();
  void prepare_backward(const torch::Tensor& loss);
  void run_backward(const std::function<void()>& backward);

  // Throws when the weights may come from an exchange that has failed; to be called before they are
  // saved.
  void require_exchanges() const {
    if (processes_ != nullptr) processes_->require_exchanges();
  }
  bool any(bool own) const { return processes_ == nullptr ? own : processes_->any(own); }
  // In rank 0 the lines of all processes, in order of rank; elsewhere nothing.
  std::vector<std::string> gather(const std::vector<std::string>& own) const;
  // The names must be those of all processes.
  NamedValues mean(const NamedValues& own) const;
  void set_status(std::int64_t step, StepPart part);

 private:
  Processes* processes_;
  torch::nn::Module& model_;
  std::unique_ptr<GradientReducer> reducer_;
};

}  // namespace saker

// Means of gradients over processes, exchanged while the backward pass goes on.
#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <vector>

namespace c10d {
class Reducer;
}

namespace saker {

// c10d's Reducer, the engine of PyTorch's DistributedDataParallel: gradients are gathered in
// buckets of 25 MiB in the order in which they appear, and a full bucket is on its way at once.
// Source: Li et al., "PyTorch Distributed", VLDB 2020.
class GradientReducer {
 public:
  // parameters: those that get a gradient in every backward pass, the same in all processes.
  GradientReducer(std::vector<torch::Tensor> parameters,
                  const c10::intrusive_ptr<c10d::ProcessGroup>& group);
  ~GradientReducer();

  // Runs a backward pass without the reducer's warning of gradients in another memory order than
  // their parameter, such as those of 1x1 convolutions of channels-last maps; they are right.
  static void run_quietly(const std::function<void()>& backward);

  // To be called between the forward and the backward pass of the last batch of a step: afterwards
  // gradients are means over the processes, those of the step's earlier batches included. Without
  // it a backward pass adds to this process's gradients alone.
  void prepare(const torch::Tensor& loss);
  // To be called before a forward pass of a batch that will be prepared.
  void begin_forward();

 private:
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace saker

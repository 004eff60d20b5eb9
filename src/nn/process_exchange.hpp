// What the processes of one training tell each other while they compute.
#pragma once

#include <torch/custom_class.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace saker {

// Every process calls the same functions in the same order with tensors of the same shape and type.
// Throws Error (internal) when another process is lost.
class ProcessExchange : public torch::CustomClassHolder {
 public:
  virtual std::int64_t processes() const = 0;
  // Element by element over all processes, in place; dense, on any device. All get the same bits.
  virtual void sum(const torch::Tensor& values) = 0;
  virtual void maximum(const torch::Tensor& values) = 0;
};

// nullptr: there is one process.
using ProcessExchangePointer = c10::intrusive_ptr<ProcessExchange>;

// Means of numbers that each process has counted: their sums divided by the number of processes.
std::vector<double> mean_over_processes(const ProcessExchangePointer& exchange,
                                        const std::vector<double>& own);
// The largest of the processes' numbers.
std::int64_t largest_over_processes(const ProcessExchangePointer& exchange, std::int64_t own);

}  // namespace saker

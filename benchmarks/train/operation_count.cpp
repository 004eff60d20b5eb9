#include "operation_count.hpp"

#include <ATen/core/ivalue.h>
#include <torch/types.h>

#include <atomic>
#include <memory>
#include <string_view>

namespace saker {
namespace {

std::atomic<double> total{0};

double numel(const c10::IValue& value) {
  return value.isTensor() && value.toTensor().defined()
             ? static_cast<double>(value.toTensor().numel())
             : 0.0;
}

double size(const c10::IValue& tensor, std::int64_t dimension) {
  return static_cast<double>(tensor.toTensor().size(dimension));
}

// Of one convolution: every output value is a sum over the weights of its channel.
double convolution(double outputs, const c10::IValue& weight) {
  return 2 * outputs * numel(weight) / size(weight, 0);
}

// One value, or one for each dimension behind the channels.
std::int64_t value_of(const c10::List<std::int64_t>& values, std::int64_t dimension) {
  return values.get(values.size() == 1 ? 0 : static_cast<std::size_t>(dimension - 2));
}

// Arguments: input, weight, bias, stride, padding, ...
double forward_convolution(c10::ArrayRef<const c10::IValue> inputs) {
  const torch::Tensor x = inputs[0].toTensor(), weight = inputs[1].toTensor();
  double outputs = static_cast<double>(x.size(0) * weight.size(0));
  for (std::int64_t dimension = 2; dimension < x.dim(); ++dimension) {
    const std::int64_t stride = value_of(inputs[3].toIntList(), dimension);
    const std::int64_t padding = value_of(inputs[4].toIntList(), dimension);
    outputs *= static_cast<double>(
        (x.size(dimension) + 2 * padding - weight.size(dimension)) / stride + 1);
  }
  return convolution(outputs, inputs[1]);
}

double operations_of(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  const auto inputs = function.inputs();
  if (name == "aten::mm" || name == "aten::bmm") return 2 * numel(inputs[0]) * size(inputs[1], -1);
  if (name == "aten::addmm" || name == "aten::baddbmm")
    return 2 * numel(inputs[1]) * size(inputs[2], -1);
  if (name == "aten::_convolution") return forward_convolution(inputs);
  if (name == "aten::convolution_backward") {
    const auto wanted = inputs[inputs.size() - 1].toBoolList();
    const double gradients = (wanted.get(0) ? 1.0 : 0.0) + (wanted.get(1) ? 1.0 : 0.0);
    return gradients * convolution(numel(inputs[0]), inputs[2]);
  }
  // Of heads [B, H, T, D]: two products forward; backward five, the scores being computed again.
  if (name == "aten::_scaled_dot_product_flash_attention_for_cpu")
    return 4 * numel(inputs[0]) * size(inputs[1], 2);
  if (name == "aten::_scaled_dot_product_flash_attention_for_cpu_backward")
    return 10 * numel(inputs[1]) * size(inputs[2], 2);
  return 0;
}

std::unique_ptr<at::ObserverContext> at_begin(const at::RecordFunction& function) {
  total = total + operations_of(function);
  return nullptr;
}

}  // namespace

OperationCount::OperationCount() {
  total = 0;
  handle_ = at::addGlobalCallback(
      at::RecordFunctionCallback(&at_begin).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
}

OperationCount::~OperationCount() { at::removeCallback(handle_); }

double OperationCount::operations() { return total; }

}  // namespace saker

#include "nn/synchronized_batch_norm.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

#include "nn/batch_norm_2d.hpp"
#include "tensors/spawned_processes.hpp"

namespace saker {
namespace {

// Parts of 1 and 3 images of a batch, against LibTorch on the whole.
TEST(SynchronizedBatchNorm, EqualsTheNormOfTheWholeBatch) {
  torch::manual_seed(0);
  const torch::Tensor x = torch::randn({4, 5, 6, 7}) * 2 + 100;
  const torch::Tensor gradient = torch::randn({4, 5, 6, 7});
  torch::nn::BatchNorm2d whole(5);
  {
    const torch::NoGradGuard no_grad;
    whole->weight.uniform_(-1, 1);
    whole->bias.normal_();
  }
  const torch::Tensor weight = whole->weight.detach().clone();
  const torch::Tensor bias = whole->bias.detach().clone();
  torch::Tensor whole_x = x.clone().requires_grad_();
  const torch::Tensor y = whole(whole_x);
  y.backward(gradient);

  test::run_as_processes(2, [&](Processes& processes) {
    BatchNorm2d own(5, BatchNormScope::kAllProcesses);
    synchronize_batch_norms(*own, nullptr, false);
    own->set_exchange(processes.exchange());
    {
      const torch::NoGradGuard no_grad;
      own->weight.copy_(weight);
      own->bias.copy_(bias);
    }
    const std::int64_t begin = processes.rank() == 0 ? 0 : 1, end = processes.rank() == 0 ? 1 : 4;
    torch::Tensor part = x.slice(0, begin, end).clone().requires_grad_();
    const torch::Tensor output = own(part);
    output.backward(gradient.slice(0, begin, end));
    EXPECT_TRUE(torch::allclose(output, y.slice(0, begin, end), 1e-4, 1e-4));
    EXPECT_TRUE(torch::allclose(part.grad(), whole_x.grad().slice(0, begin, end), 1e-3, 1e-4));
    EXPECT_TRUE(torch::allclose(own->running_mean, whole->running_mean, 1e-5, 1e-5));
    EXPECT_TRUE(torch::allclose(own->running_var, whole->running_var, 1e-4, 1e-5));
    EXPECT_EQ(own->num_batches_tracked.item<std::int64_t>(), 1);
    // Gradients of all processes add up to those of the whole batch.
    processes.exchange()->sum(own->weight.grad());
    processes.exchange()->sum(own->bias.grad());
    EXPECT_TRUE(torch::allclose(own->weight.grad(), whole->weight.grad(), 1e-3, 1e-3));
    EXPECT_TRUE(torch::allclose(own->bias.grad(), whole->bias.grad(), 1e-4, 1e-4));
  });
}

TEST(SynchronizedBatchNorm, OnlyWhereTheArchitectureOrTheUserSaysSo) {
  torch::nn::Module model;
  const auto own = model.register_module("own", BatchNorm2d(2));
  const auto shared =
      model.register_module("shared", BatchNorm2d(2, BatchNormScope::kAllProcesses));
  test::run_as_processes(2, [&](Processes& processes) {
    if (processes.rank() != 0) return;
    synchronize_batch_norms(model, processes.exchange(), /*all=*/false);
    EXPECT_FALSE(own->is_synchronized());
    EXPECT_TRUE(shared->is_synchronized());
    shared->eval();
    EXPECT_FALSE(shared->is_synchronized());
    synchronize_batch_norms(model, processes.exchange(), /*all=*/true);
    EXPECT_TRUE(own->is_synchronized());
    synchronize_batch_norms(model, nullptr, true);
    EXPECT_FALSE(own->is_synchronized());
  });
}

}  // namespace
}  // namespace saker

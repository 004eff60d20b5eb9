#include "distributed/nccl_backend.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <thread>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include "core/atomic_file.hpp"
#include "distributed/gradient_reducer.hpp"
#include "distributed/nccl_exchange.hpp"
#include "distributed/nccl_library.hpp"
#include "temporary_folder.hpp"
#include "tensors/spawned_processes.hpp"

namespace saker {
namespace {

using namespace std::chrono_literals;

NcclLibrary fake_nccl() { return find_nccl(SAKER_FAKE_NCCL).library.value(); }

c10::intrusive_ptr<NcclBackend> backend_of(const Processes& processes,
                                           std::chrono::milliseconds timeout = 60s) {
  return c10::make_intrusive<NcclBackend>(
      fake_nccl(), open_store(processes.place(), 60s), processes.place(), torch::kCPU, timeout);
}

TEST(NcclLibrary, IsFoundWithItsVersion) {
  const NcclSearch search = find_nccl(SAKER_FAKE_NCCL);
  ASSERT_TRUE(search.library) << search.problem;
  EXPECT_EQ(search.library->version, "2.27.5");
}

TEST(NcclLibrary, ThatIsNoneIsSaidSo) {
  const test::TemporaryFolder folder;
  const std::string absent = (folder / "libnccl.so.2").string();
  EXPECT_EQ(find_nccl(absent).problem, absent + " is not found");
  EXPECT_EQ(find_nccl("libm.so.6").problem, "libm.so.6 lacks functions of NCCL 2");
}

TEST(NcclBackend, SumsMaximaAndBroadcasts) {
  test::run_as_processes(3, [](Processes& processes) {
    const auto backend = backend_of(processes);
    const auto rank = static_cast<double>(processes.rank());
    std::vector<torch::Tensor> values = {torch::tensor({rank, -rank}, torch::kDouble)};
    backend->allreduce(values)->wait();
    EXPECT_TRUE(torch::equal(values[0], torch::tensor({3.0, -3.0}, torch::kDouble)));
    c10d::AllreduceOptions maximum;
    maximum.reduceOp = c10d::ReduceOp::MAX;
    values = {torch::tensor({processes.rank(), -processes.rank()})};
    backend->allreduce(values, maximum)->wait();
    EXPECT_TRUE(torch::equal(values[0], torch::tensor({std::int64_t{2}, std::int64_t{0}})));
    c10d::BroadcastOptions from;
    from.rootRank = 1;
    values = {torch::full({5}, rank, torch::kFloat)};
    backend->broadcast(values, from)->wait();
    EXPECT_TRUE(torch::equal(values[0], torch::ones({5})));
  });
}

TEST(NcclBackend, CarriesTheGradientsOfTheReducer) {
  test::run_as_processes(2, [](Processes& processes) {
    const auto group = c10::make_intrusive<c10d::ProcessGroup>(
        open_store(processes.place(), 60s), static_cast<int>(processes.rank()), 2);
    group->setBackend(
        c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::NCCL, backend_of(processes));
    group->setDefaultBackend(c10d::ProcessGroup::BackendType::NCCL);
    torch::nn::Linear linear(3, 2);
    GradientReducer reducer({linear->weight, linear->bias}, group);
    for (int step = 1; step <= 2; ++step) {
      linear->zero_grad();
      reducer.begin_forward();
      const auto scale = static_cast<double>(step * (2 * processes.rank() + 1));
      const torch::Tensor loss = linear(torch::full({1, 3}, scale)).sum();
      reducer.prepare(loss);
      GradientReducer::run_quietly([&] { loss.backward(); });
      EXPECT_TRUE(torch::allclose(linear->weight.grad(), torch::full({2, 3}, 2.0 * step)));
    }
  });
}

TEST(NcclBackend, EndsAnExchangeThatAnotherProcessDoesNotJoin) {
  test::run_as_processes(2, [](Processes& processes) {
    const auto backend = backend_of(processes, 300ms);
    std::vector<torch::Tensor> values = {torch::ones({3})};
    backend->allreduce(values)->wait();
    if (processes.rank() == 0) {
      try {
        backend->allreduce(values);
        ADD_FAILURE() << "an exchange of one process ended well";
      } catch (const c10::DistBackendError& error) {
        EXPECT_NE(std::string(error.what()).find("took longer than 300 ms"), std::string::npos)
            << error.what();
        const auto lost = processes.behind(error);
        ASSERT_TRUE(lost);
        EXPECT_EQ(lost->kind(), ErrorKind::kIo);
      }
      EXPECT_THROW(backend->require_no_failure(), c10::DistBackendError);
      EXPECT_THROW(backend->allreduce(values), c10::DistBackendError);
    }
    processes.any(false);
  });
}

TEST(NcclBackend, RefusesWhatItDoesNotExchange) {
  test::run_as_processes(2, [](Processes& processes) {
    const auto backend = backend_of(processes);
    std::vector<torch::Tensor> strided = {torch::ones({4, 4}).slice(1, 0, 2)};
    EXPECT_THROW(backend->allreduce(strided), c10::Error);
    std::vector<torch::Tensor> complex = {torch::ones({2}, torch::kComplexFloat)};
    EXPECT_THROW(backend->allreduce(complex), c10::Error);
    c10d::AllreduceOptions product;
    product.reduceOp = c10d::ReduceOp::PRODUCT;
    std::vector<torch::Tensor> values = {torch::ones({2})};
    EXPECT_THROW(backend->allreduce(values, product), c10::Error);
    backend->require_no_failure();
  });
}

}  // namespace
}  // namespace saker

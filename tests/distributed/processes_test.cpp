#include "distributed/processes.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "saker/error.hpp"
#include "tensors/spawned_processes.hpp"

namespace saker {
namespace {

TEST(Processes, ExchangeSumsAndMaxima) {
  test::run_as_processes(3, [](Processes& processes) {
    const auto rank = static_cast<double>(processes.rank());
    const torch::Tensor sums = torch::tensor({rank, 1.0}, torch::kDouble);
    processes.exchange()->sum(sums);
    EXPECT_TRUE(torch::equal(sums, torch::tensor({3.0, 3.0}, torch::kDouble)));
    EXPECT_EQ(mean_over_processes(processes.exchange(), {rank, 3 * rank}),
              (std::vector<double>{1, 3}));
    EXPECT_EQ(largest_over_processes(processes.exchange(), -processes.rank()), 0);
    EXPECT_TRUE(processes.any(processes.rank() == 1));
    EXPECT_FALSE(processes.any(false));
  });
}

TEST(Processes, BroadcastTensorsOfAllTypes) {
  test::run_as_processes(2, [](Processes& processes) {
    const std::int64_t own = 10 * processes.rank();
    const std::vector<torch::Tensor> tensors = {torch::full({2, 3}, own + 1, torch::kFloat),
                                                torch::full({}, own + 2, torch::kLong),
                                                torch::empty({0}),
                                                torch::full({4}, own + 3, torch::kFloat)};
    processes.broadcast(tensors);
    EXPECT_TRUE(tensors[0].eq(1).all().item<bool>());
    EXPECT_EQ(tensors[1].item<std::int64_t>(), 2);
    EXPECT_TRUE(tensors[3].eq(3).all().item<bool>());
  });
}

TEST(Processes, GatherPiecesOfAnyLengthInTheFirst) {
  test::run_as_processes(3, [](Processes& processes) {
    const std::int64_t rank = processes.rank();
    const std::int64_t length = rank == 1 ? 0 : rank + 2;
    const std::vector<torch::Tensor> pieces =
        processes.gather(torch::full({length}, rank, torch::kDouble));
    if (rank != 0) {
      EXPECT_TRUE(pieces.empty());
      return;
    }
    ASSERT_EQ(pieces.size(), 3U);
    EXPECT_EQ(pieces[0].numel(), 2);
    EXPECT_EQ(pieces[1].numel(), 0);
    EXPECT_TRUE(torch::equal(pieces[2], torch::full({4}, 2, torch::kDouble)));
  });
}

TEST(Processes, GatherTextsInTheFirst) {
  test::run_as_processes(3, [](Processes& processes) {
    std::vector<std::string> own;
    if (processes.rank() == 0) own = {"a\nb"};
    if (processes.rank() == 2) own = {"", "c"};
    const std::vector<std::string> texts = processes.gather(own);
    const std::vector<std::string> all = {"a\nb", "", "c"};
    EXPECT_EQ(texts, processes.rank() == 0 ? all : std::vector<std::string>());
    EXPECT_TRUE(processes.gather(std::vector<std::string>()).empty());
  });
}

TEST(Processes, ThatWereStartedOtherwiseAreRefused) {
  test::run_as_processes(2, [&](Processes& processes) {
    processes.require_same("settings", "a: 1\nb: 2\n");
    if (processes.rank() == 0) return processes.require_same("seeds", "a: 1\nb: 2\n");
    const std::string message = test::message_of(
        ErrorKind::kUsage, [&] { processes.require_same("seeds", "a: 1\nb: 3\n"); });
    EXPECT_NE(message.find("'b: 3' and 'b: 2'"), std::string::npos) << message;
  });
}

TEST(Processes, SayWhichOneFailed) {
  test::run_as_processes(2, [](Processes& processes) {
    if (processes.rank() == 1) {
      EXPECT_FALSE(processes.behind(Error(ErrorKind::kData, "the loss is not finite")));
    } else {
      const auto lost = processes.behind(std::runtime_error("gloo: connection closed"));
      ASSERT_TRUE(lost);
      EXPECT_EQ(lost->kind(), ErrorKind::kIo);
      EXPECT_NE(std::string(lost->what()).find("rank 1 of 2"), std::string::npos) << lost->what();
      EXPECT_NE(std::string(lost->what()).find("failed: the loss is not finite"), std::string::npos)
          << lost->what();
    }
    processes.any(false);  // leave together
  });
}

TEST(Processes, SayWhichOneIsBehind) {
  test::run_as_processes(3, [](Processes& processes) {
    const bool is_behind = processes.rank() == 2;
    processes.status().set(is_behind ? 6 : 7, 1, is_behind ? "loading images" : "computing");
    processes.any(false);
    if (processes.rank() == 0) {
      const auto lost = processes.behind(std::runtime_error("gloo: timed out"));
      ASSERT_TRUE(lost);
      EXPECT_NE(std::string(lost->what()).find("hangs in step 7, loading images"),
                std::string::npos)
          << lost->what();
    }
    processes.any(false);
  });
}

TEST(Processes, AreNotMetForEver) {
  ProcessPlace place{.world_size = 2, .local_size = 2};
  const auto timeout = std::chrono::milliseconds(300);
  const auto store = open_local_store(place, timeout);
  try {
    Processes::join(place, store, timeout);
    FAIL() << "joined alone";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find("rank 0 of 2 could not meet the others"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace saker

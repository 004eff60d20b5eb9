#include "distributed/process_environment.hpp"

#include <gtest/gtest.h>

#include <map>

#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<ProcessPlace> place_in(const Variables& variables) {
  return read_process_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string problem_in(const Variables& variables) {
  return test::message_of(ErrorKind::kUsage, [&] { place_in(variables); });
}

TEST(ProcessEnvironment, OfTorchrun) {
  const auto place = place_in({{"RANK", "5"},
                               {"WORLD_SIZE", "8"},
                               {"LOCAL_RANK", "1"},
                               {"LOCAL_WORLD_SIZE", "4"},
                               {"MASTER_ADDR", "node1"},
                               {"MASTER_PORT", "1234"},
                               {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 5);
  EXPECT_EQ(place->world_size, 8);
  EXPECT_EQ(place->local_rank, 1);
  EXPECT_EQ(place->local_size, 4);
  EXPECT_EQ(place->master_address, "node1");
  EXPECT_EQ(place->master_port, 1234);
  EXPECT_TRUE(place->store_is_hosted);
}

TEST(ProcessEnvironment, OfASlurmStep) {
  const Variables step = {{"SLURM_STEP_NUM_TASKS", "7"},
                          {"SLURM_PROCID", "5"},
                          {"SLURM_LOCALID", "1"},
                          {"SLURM_NODEID", "2"},
                          {"SLURM_STEP_TASKS_PER_NODE", "2(x2),3"},
                          {"SLURM_STEP_NODELIST", "gpu[007-009]"},
                          {"SLURM_JOB_ID", "4212345"}};
  const auto place = place_in(step);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 5);
  EXPECT_EQ(place->world_size, 7);
  EXPECT_EQ(place->local_rank, 1);
  EXPECT_EQ(place->local_size, 3);
  EXPECT_EQ(place->master_address, "gpu007");
  EXPECT_EQ(place->master_port, 17345);
  EXPECT_FALSE(place->store_is_hosted);
  Variables first = step;
  first["SLURM_NODEID"] = "1";
  EXPECT_EQ(place_in(first)->local_size, 2);
}

TEST(ProcessEnvironment, OfABatchScriptIsNone) {
  EXPECT_FALSE(place_in({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}));
}

TEST(ProcessEnvironment, OfMpi) {
  const auto open_mpi = place_in({{"OMPI_COMM_WORLD_RANK", "1"},
                                  {"OMPI_COMM_WORLD_SIZE", "2"},
                                  {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                  {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  ASSERT_TRUE(open_mpi);
  EXPECT_EQ(open_mpi->rank, 1);
  EXPECT_EQ(open_mpi->master_address, "127.0.0.1");
  const auto mpich = place_in({{"PMI_RANK", "3"},
                               {"PMI_SIZE", "4"},
                               {"MPI_LOCALRANKID", "1"},
                               {"MPI_LOCALNRANKS", "2"},
                               {"MASTER_ADDR", "a"},
                               {"MASTER_PORT", "1"}});
  ASSERT_TRUE(mpich);
  EXPECT_EQ(mpich->local_rank, 1);
}

TEST(ProcessEnvironment, OfOneProcessIsNone) {
  EXPECT_FALSE(place_in({}));
  EXPECT_FALSE(place_in({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
}

TEST(ProcessEnvironment, NamesTheVariableThatIsWrong) {
  EXPECT_TRUE(test::contains(problem_in({{"RANK", "0"}}), "WORLD_SIZE is not set"));
  EXPECT_TRUE(test::contains(problem_in({{"RANK", "2"}, {"WORLD_SIZE", "2"}}),
                             "RANK must be an integer in [0, 1] but is '2'"));
  EXPECT_TRUE(test::contains(problem_in({{"RANK", "x"}, {"WORLD_SIZE", "2"}}), "'x'"));
  EXPECT_TRUE(test::contains(
      problem_in({{"RANK", "0"}, {"WORLD_SIZE", "4"}, {"LOCAL_WORLD_SIZE", "2"}}), "MASTER_ADDR"));
  EXPECT_TRUE(test::contains(
      problem_in(
          {{"PMI_RANK", "0"}, {"PMI_SIZE", "4"}, {"MPI_LOCALNRANKS", "2"}, {"MASTER_ADDR", "a"}}),
      "MASTER_PORT"));
}

}  // namespace
}  // namespace saker

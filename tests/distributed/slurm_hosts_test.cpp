#include "distributed/slurm_hosts.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(SlurmHosts, TheFirstOfAList) {
  EXPECT_EQ(first_slurm_host("node1"), "node1");
  EXPECT_EQ(first_slurm_host("node1,node2"), "node1");
  EXPECT_EQ(first_slurm_host("gpu[003-007,9],login"), "gpu003");
  EXPECT_EQ(first_slurm_host("gpu[12]"), "gpu12");
  EXPECT_EQ(first_slurm_host("rack[2-3]node[01-16].site"), "rack2node01.site");
}

TEST(SlurmHosts, OtherTextsAreErrors) {
  for (const char* list : {"", ",a", "gpu[", "gpu[1", "gpu[-2]", "gpu[]"}) {
    const std::string message =
        test::message_of(ErrorKind::kUsage, [&] { first_slurm_host(list); });
    EXPECT_TRUE(test::contains(message, "SLURM_STEP_NODELIST")) << list;
  }
}

}  // namespace
}  // namespace saker

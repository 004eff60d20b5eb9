// Where a process stands among those of its training, as launchers tell it.
//
// torchrun sets RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR and MASTER_PORT.
// Slurm's srun sets SLURM_PROCID and others of the step, Open MPI OMPI_COMM_WORLD_*, MPICH and
// Intel MPI PMI_* and MPI_LOCAL*. torchrun's are taken first, so that they may also be set by hand.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace saker {

struct ProcessPlace {
  std::int64_t rank = 0;
  std::int64_t world_size = 1;
  std::int64_t local_rank = 0;  // among the processes of this machine
  std::int64_t local_size = 1;
  std::string master_address = "127.0.0.1";  // where the processes meet: the machine of rank 0
  std::uint16_t master_port = 29500;
  bool store_is_hosted = false;  // by the launcher; else rank 0 does so
  std::string launcher;          // for messages, e.g. "torchrun"
};

using EnvironmentLookup = std::function<std::optional<std::string>(const char* name)>;

// Empty when no launcher was used, or for one process. Throws Error (usage) naming the variable
// that is missing or wrong.
std::optional<ProcessPlace> read_process_environment(const EnvironmentLookup& environment);

}  // namespace saker

#include "distributed/process_environment.hpp"

#include <fmt/format.h>

#include <charconv>

#include "distributed/slurm_hosts.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kMostProcesses = 1 << 20;
constexpr std::int64_t kLowestJobPort = 15000, kJobPorts = 10000;

// The variables of one launcher.
class Variables {
 public:
  Variables(const EnvironmentLookup& environment, std::string launcher)
      : environment_(&environment), launcher_(std::move(launcher)) {}

  std::optional<std::int64_t> find_number(const char* name,
                                          std::int64_t least,
                                          std::int64_t most) const {
    const std::optional<std::string> text = (*environment_)(name);
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least ||
        number > most) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("the environment variable {} must be an integer in [{}, {}] but is '{}'",
                      name,
                      least,
                      most,
                      *text));
    }
    return number;
  }

  std::int64_t number(const char* name, std::int64_t least, std::int64_t most) const {
    const std::optional<std::int64_t> found = find_number(name, least, most);
    if (!found) fail(name);
    return *found;
  }

  std::optional<std::string> find(const char* name) const { return (*environment_)(name); }

  [[noreturn]] void fail(const char* name) const {
    throw Error(ErrorKind::kUsage,
                fmt::format("this process was started by {} as one of several, but the environment "
                            "variable {} is not set; set it, or start the processes with torchrun",
                            launcher_,
                            name));
  }

 private:
  const EnvironmentLookup* environment_;
  std::string launcher_;
};

struct Names {
  const char *rank, *world_size, *local_rank, *local_size;
};

ProcessPlace place_of(const Variables& variables, const Names& names, const char* launcher) {
  ProcessPlace place;
  place.launcher = launcher;
  place.world_size = variables.number(names.world_size, 1, kMostProcesses);
  place.rank = variables.number(names.rank, 0, place.world_size - 1);
  place.local_size =
      variables.find_number(names.local_size, 1, place.world_size).value_or(place.world_size);
  place.local_rank = variables.find_number(names.local_rank, 0, place.local_size - 1)
                         .value_or(place.rank % place.local_size);
  return place;
}

// Where the processes meet may be left open on one machine.
void read_meeting_point(const Variables& variables, ProcessPlace& place) {
  const bool is_one_machine = place.local_size == place.world_size;
  const std::optional<std::string> address = variables.find("MASTER_ADDR");
  if (address) place.master_address = *address;
  if (!address && !is_one_machine) variables.fail("MASTER_ADDR");
  if (const auto port = variables.find_number("MASTER_PORT", 1, 65535)) {
    place.master_port = static_cast<std::uint16_t>(*port);
  } else if (!is_one_machine) {
    variables.fail("MASTER_PORT");
  }
}

ProcessPlace torchrun_place(const EnvironmentLookup& environment) {
  const Variables variables(environment, "torchrun");
  ProcessPlace place =
      place_of(variables, {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"}, "torchrun");
  read_meeting_point(variables, place);
  place.store_is_hosted = variables.find("TORCHELASTIC_USE_AGENT_STORE") == "True";
  return place;
}

// "4(x2),3": tasks of each node.
std::int64_t tasks_of_node(const std::string& counts, std::int64_t node, std::int64_t otherwise) {
  const char* at = counts.data();
  const char* const end = at + counts.size();
  while (at < end) {
    std::int64_t tasks = 0, repeats = 1;
    at = std::from_chars(at, end, tasks).ptr;
    if (end - at > 2 && at[0] == '(' && at[1] == 'x') {
      at = std::from_chars(at + 2, end, repeats).ptr;
      if (at < end) ++at;  // the closing bracket
    }
    if (tasks < 1) return otherwise;
    if (node < repeats) return tasks;
    node -= repeats;
    if (at == end || *at != ',') return otherwise;
    ++at;
  }
  return otherwise;
}

// Of the step that srun started: a batch script itself has the variables of the job alone.
ProcessPlace slurm_place(const EnvironmentLookup& environment) {
  const Variables variables(environment, "srun");
  ProcessPlace place;
  place.launcher = "srun";
  place.world_size = variables.number("SLURM_STEP_NUM_TASKS", 1, kMostProcesses);
  place.rank = variables.number("SLURM_PROCID", 0, place.world_size - 1);
  place.local_rank = variables.number("SLURM_LOCALID", 0, place.world_size - 1);
  const std::int64_t node = variables.find_number("SLURM_NODEID", 0, kMostProcesses).value_or(0);
  place.local_size = tasks_of_node(
      variables.find("SLURM_STEP_TASKS_PER_NODE").value_or(""), node, place.world_size);
  if (const auto hosts = variables.find("SLURM_STEP_NODELIST"))
    place.master_address = first_slurm_host(*hosts);
  if (const auto address = variables.find("MASTER_ADDR")) place.master_address = *address;
  // Jobs that share a machine get ports of their own.
  const std::int64_t job =
      variables.find_number("SLURM_JOB_ID", 0, std::int64_t{1} << 40).value_or(0);
  place.master_port = static_cast<std::uint16_t>(
      variables.find_number("MASTER_PORT", 1, 65535).value_or(kLowestJobPort + job % kJobPorts));
  return place;
}

ProcessPlace mpi_place(const EnvironmentLookup& environment,
                       const Names& names,
                       const char* launcher) {
  const Variables variables(environment, launcher);
  ProcessPlace place = place_of(variables, names, launcher);
  read_meeting_point(variables, place);
  return place;
}

std::optional<ProcessPlace> find_place(const EnvironmentLookup& environment) {
  if (environment("RANK") || environment("WORLD_SIZE")) return torchrun_place(environment);
  if (environment("SLURM_STEP_NUM_TASKS")) return slurm_place(environment);
  if (environment("OMPI_COMM_WORLD_SIZE")) {
    return mpi_place(environment,
                     {"OMPI_COMM_WORLD_RANK",
                      "OMPI_COMM_WORLD_SIZE",
                      "OMPI_COMM_WORLD_LOCAL_RANK",
                      "OMPI_COMM_WORLD_LOCAL_SIZE"},
                     "mpirun");
  }
  if (environment("PMI_SIZE")) {
    return mpi_place(
        environment, {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"}, "mpiexec");
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProcessPlace> read_process_environment(const EnvironmentLookup& environment) {
  std::optional<ProcessPlace> place = find_place(environment);
  return place && place->world_size > 1 ? place : std::nullopt;
}

}  // namespace saker

// NVIDIA's library of exchanges between GPUs, found at run time: one program serves machines with
// and without it.
//
// Source: NCCL's C interface (nccl.h), whose functions and numbers stay as they are within its
// major version 2.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace saker {

// ncclUniqueId: what the processes of one communicator have in common.
struct NcclUniqueId {
  std::array<char, 128> bytes{};
};

using NcclCommunicator = struct NcclCommunicatorState*;  // ncclComm_t

// Functions return ncclResult_t, 0 for success. A stream is a cudaStream_t.
struct NcclLibrary {
  int (*get_unique_id)(NcclUniqueId* id) = nullptr;
  // Waits for the processes of all ranks.
  int (*init_rank)(NcclCommunicator* made, int ranks, NcclUniqueId id, int rank) = nullptr;
  int (*all_reduce)(const void* from,
                    void* to,
                    std::size_t count,
                    int type,
                    int operation,
                    NcclCommunicator communicator,
                    void* stream) = nullptr;
  int (*broadcast)(const void* from,
                   void* to,
                   std::size_t count,
                   int type,
                   int root,
                   NcclCommunicator communicator,
                   void* stream) = nullptr;
  int (*get_async_error)(NcclCommunicator communicator, int* error) = nullptr;
  int (*destroy)(NcclCommunicator communicator) = nullptr;
  int (*abort)(NcclCommunicator communicator) = nullptr;  // ends what is under way
  const char* (*error_text)(int error) = nullptr;
  std::string version = {};  // "2.27.5"
};

struct NcclSearch {
  std::optional<NcclLibrary> library = {};
  std::string problem = {};  // why there is none
};

// What LibTorch's CUDA half has brought along, or else the file of that name where the system looks
// for libraries. Needs version 2.10, the first with bfloat16.
NcclSearch find_nccl(const std::string& file = "libnccl.so.2");

}  // namespace saker

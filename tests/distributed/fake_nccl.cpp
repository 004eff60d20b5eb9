// Stands in for libnccl.so.2 in nccl_backend_test: exchanges memory of the CPU between processes of
// one machine, through a file that all of them map. The identity of a communicator is its path.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

namespace {

constexpr int kMaxRanks = 4;
constexpr std::size_t kSlotBytes = 1 << 16;
constexpr int kFailed = 3;  // ncclInternalError
constexpr int kFloat = 7, kDouble = 8, kLong = 4;
constexpr int kMaximum = 2;

struct Shared {
  std::atomic<int> arrived;
  std::atomic<int> round;
  std::array<std::array<char, kSlotBytes>, kMaxRanks> slots;
};

struct Communicator {
  Shared* shared = nullptr;
  int ranks = 0, rank = 0;
  std::atomic<bool> is_aborted = false;
};

struct UniqueId {
  char bytes[128];
};

// Whether all came before the communicator was aborted.
bool meet(Communicator& communicator) {
  Shared& shared = *communicator.shared;
  const int round = shared.round;
  if (++shared.arrived == communicator.ranks) {
    shared.arrived = 0;
    ++shared.round;
    return true;
  }
  while (shared.round == round) {
    if (communicator.is_aborted) return false;
    const timespec pause{.tv_sec = 0, .tv_nsec = 100000};
    ::nanosleep(&pause, nullptr);
  }
  return true;
}

std::size_t bytes_of(int type) { return type == kFloat ? 4 : 8; }

template <typename Number>
void reduce(const Communicator& communicator, void* to, std::size_t count, int operation) {
  auto* const result = static_cast<Number*>(to);
  for (int rank = 0; rank < communicator.ranks; ++rank) {
    const auto* const slot = reinterpret_cast<const Number*>(
        communicator.shared->slots[static_cast<std::size_t>(rank)].data());
    for (std::size_t i = 0; i < count; ++i) {
      if (rank == 0)
        result[i] = slot[i];
      else
        result[i] = operation == kMaximum ? std::max(result[i], slot[i]) : result[i] + slot[i];
    }
  }
}

// All ranks write their part, read the others' and leave together.
template <typename Read>
int exchange(Communicator& communicator, const void* from, std::size_t bytes, const Read& read) {
  if (bytes > kSlotBytes) return kFailed;
  std::memcpy(
      communicator.shared->slots[static_cast<std::size_t>(communicator.rank)].data(), from, bytes);
  if (!meet(communicator)) return kFailed;
  read();
  return meet(communicator) ? 0 : kFailed;
}

}  // namespace

#define SAKER_EXPORT extern "C" [[gnu::visibility("default")]]

SAKER_EXPORT int ncclGetVersion(int* version) {
  *version = 22705;
  return 0;
}

SAKER_EXPORT int ncclGetUniqueId(UniqueId* id) {
  const char* const folder = std::getenv("TMPDIR");
  std::snprintf(
      id->bytes, sizeof(id->bytes), "%s/fake_nccl.XXXXXX", folder == nullptr ? "/tmp" : folder);
  const int file = ::mkstemp(id->bytes);
  if (file < 0 || ::ftruncate(file, sizeof(Shared)) != 0) return kFailed;
  ::close(file);
  return 0;
}

SAKER_EXPORT int ncclCommInitRank(Communicator** made, int ranks, UniqueId id, int rank) {
  const int file = ::open(id.bytes, O_RDWR | O_CLOEXEC);
  if (file < 0) return kFailed;
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory == MAP_FAILED) return kFailed;
  *made = new Communicator;
  (*made)->shared = static_cast<Shared*>(memory);
  (*made)->ranks = ranks;
  (*made)->rank = rank;
  if (!meet(**made)) return kFailed;
  if (rank == 0) ::unlink(id.bytes);
  return 0;
}

SAKER_EXPORT int ncclAllReduce(const void* from,
                               void* to,
                               std::size_t count,
                               int type,
                               int operation,
                               Communicator* communicator,
                               void* /*stream*/) {
  return exchange(*communicator, from, count * bytes_of(type), [&] {
    if (type == kFloat) reduce<float>(*communicator, to, count, operation);
    if (type == kDouble) reduce<double>(*communicator, to, count, operation);
    if (type == kLong) reduce<std::int64_t>(*communicator, to, count, operation);
  });
}

SAKER_EXPORT int ncclBroadcast(const void* from,
                               void* to,
                               std::size_t count,
                               int type,
                               int root,
                               Communicator* communicator,
                               void* /*stream*/) {
  const std::size_t bytes = count * bytes_of(type);
  return exchange(*communicator, from, bytes, [&] {
    std::memcpy(to, communicator->shared->slots[static_cast<std::size_t>(root)].data(), bytes);
  });
}

SAKER_EXPORT int ncclCommGetAsyncError(Communicator* /*communicator*/, int* error) {
  *error = 0;
  return 0;
}

SAKER_EXPORT int ncclCommDestroy(Communicator* communicator) {
  ::munmap(communicator->shared, sizeof(Shared));
  delete communicator;
  return 0;
}

// The call that it ends still reads the communicator.
SAKER_EXPORT int ncclCommAbort(Communicator* communicator) {
  communicator->is_aborted = true;
  return 0;
}

SAKER_EXPORT const char* ncclGetErrorString(int /*error*/) { return "internal error"; }

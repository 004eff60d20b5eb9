#include "distributed/nccl_backend.hpp"

#include <ATen/core/ivalue.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <utility>

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWatchInterval(100);
constexpr const char* kIdKey = "nccl/id";

// ncclDataType_t
int nccl_type(torch::ScalarType type) {
  switch (type) {
    case torch::kChar:
      return 0;
    case torch::kByte:
    case torch::kBool:
      return 1;
    case torch::kInt:
      return 2;
    case torch::kLong:
      return 4;
    case torch::kHalf:
      return 6;
    case torch::kFloat:
      return 7;
    case torch::kDouble:
      return 8;
    case torch::kBFloat16:
      return 9;
    default:
      C10_THROW_ERROR(TypeError,
                      fmt::format("NCCL does not exchange numbers of type {}", toString(type)));
  }
}

// ncclRedOp_t
int nccl_operation(const c10d::ReduceOp& operation) {
  if (operation.op_ == c10d::ReduceOp::SUM) return 0;
  if (operation.op_ == c10d::ReduceOp::MAX) return 2;
  C10_THROW_ERROR(ValueError, "only sums and maxima are exchanged by NCCL here");
}

NcclUniqueId common_id(const NcclLibrary& library, c10d::Store& store, bool is_first) {
  NcclUniqueId id;
  if (is_first) {
    if (const int result = library.get_unique_id(&id); result != 0)
      C10_THROW_ERROR(DistBackendError, fmt::format("NCCL: {}", library.error_text(result)));
    store.set(kIdKey, std::vector<std::uint8_t>(id.bytes.begin(), id.bytes.end()));
    return id;
  }
  const std::vector<std::uint8_t> bytes = store.get(kIdKey);
  TORCH_CHECK(bytes.size() == id.bytes.size(), "NCCL: rank 0 left an identity of another size");
  std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

class NcclWork final : public c10d::Work {
 public:
  NcclWork(int rank,
           c10d::OpType kind,
           c10::intrusive_ptr<c10::ivalue::Future> done,
           NcclBackend& backend)
      : Work(rank, kind), done_(std::move(done)), backend_(backend) {}

  bool wait(std::chrono::milliseconds /*timeout*/) override {
    backend_.require_no_failure();
    done_->wait();
    return true;
  }
  void synchronize() override { done_->wait(); }
  c10::intrusive_ptr<c10::ivalue::Future> getFuture() override { return done_; }

 private:
  const c10::intrusive_ptr<c10::ivalue::Future> done_;
  NcclBackend& backend_;
};

}  // namespace

struct NcclBackend::Exchange {
  const Clock::time_point begin = Clock::now();
  std::optional<c10::Event> end = {};  // where it is done in a stream
  std::atomic<bool> is_launched = false;

  bool is_done() const { return is_launched && (!end || end->query()); }
};

NcclBackend::NcclBackend(const NcclLibrary& library,
                         const c10::intrusive_ptr<c10d::Store>& store,
                         const ProcessPlace& place,
                         torch::Device device,
                         std::chrono::milliseconds timeout)
    : Backend(static_cast<int>(place.rank), static_cast<int>(place.world_size)),
      library_(library),
      device_(device),
      timeout_(timeout) {
  const c10::OptionalDeviceGuard on_device(device_);
  const NcclUniqueId id = common_id(library_, *store, place.rank == 0);
  require(library_.init_rank(&communicator_, getSize(), id, getRank()), "meeting the others");
  if (!device_.is_cpu()) {
    stream_ = c10::impl::VirtualGuardImpl(device_.type())
                  .getStreamFromGlobalPool(device_, /*isHighPriority=*/true);
  }
  watcher_ = std::thread([this] { watch(); });
}

NcclBackend::~NcclBackend() {
  bool has_failed = false;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    has_failed = !failure_.empty() || !under_way_.empty();
  }
  stop_.notify_all();
  watcher_.join();
  // Destroying waits for what is under way, which may never end.
  if (failure_.empty())
    has_failed ? library_.abort(communicator_) : library_.destroy(communicator_);
}

void NcclBackend::setTimeout(std::chrono::milliseconds timeout) {
  const std::lock_guard lock(mutex_);
  timeout_ = timeout;
}

c10::intrusive_ptr<c10d::Work> NcclBackend::allreduce(std::vector<torch::Tensor>& tensors,
                                                      const c10d::AllreduceOptions& options) {
  const int operation = nccl_operation(options.reduceOp);
  return launch(tensors, c10d::OpType::ALLREDUCE, [&](void* data, auto count, int type, void* on) {
    return library_.all_reduce(data, data, count, type, operation, communicator_, on);
  });
}

c10::intrusive_ptr<c10d::Work> NcclBackend::broadcast(std::vector<torch::Tensor>& tensors,
                                                      const c10d::BroadcastOptions& options) {
  const auto root = static_cast<int>(options.rootRank);
  return launch(tensors, c10d::OpType::BROADCAST, [&](void* data, auto count, int type, void* on) {
    return library_.broadcast(data, data, count, type, root, communicator_, on);
  });
}

template <typename Call>
c10::intrusive_ptr<c10d::Work> NcclBackend::launch(std::vector<torch::Tensor>& tensors,
                                                   c10d::OpType kind,
                                                   const Call& call) {
  TORCH_CHECK(tensors.size() == 1, "NCCL exchanges one tensor a call here");
  const torch::Tensor& tensor = tensors[0];
  TORCH_CHECK(tensor.device() == device_ && tensor.is_non_overlapping_and_dense(),
              "NCCL exchanges dense tensors of ",
              device_,
              " here");
  const int type = nccl_type(tensor.scalar_type());
  const c10::OptionalDeviceGuard on_device(device_);
  const auto exchange = std::make_shared<Exchange>();
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) C10_THROW_ERROR(DistBackendError, failure_);
    under_way_.push_back(exchange);
  }
  if (stream_) {
    const c10::impl::VirtualGuardImpl device(device_.type());
    // What wrote the tensor comes first, and its memory is not given away meanwhile.
    c10::Event written(device_.type());
    written.record(device.getStream(device_));
    written.block(*stream_);
    tensor.record_stream(*stream_);
  }
  const int result = call(tensor.data_ptr(),
                          static_cast<std::size_t>(tensor.numel()),
                          type,
                          stream_ ? stream_->native_handle() : nullptr);
  if (stream_) exchange->end.emplace(device_.type()).record(*stream_);
  exchange->is_launched = true;
  require(result, "an exchange");

  std::vector<c10::Device> devices;
  if (stream_) devices.push_back(device_);
  auto done = c10::make_intrusive<c10::ivalue::Future>(
      c10::ListType::create(c10::TensorType::get()), std::move(devices));
  // The future is done when the current stream is.
  const c10::OptionalStreamGuard on_stream =
      stream_ ? c10::OptionalStreamGuard(*stream_) : c10::OptionalStreamGuard();
  done->markCompleted(c10::IValue(tensors));
  return c10::make_intrusive<NcclWork>(getRank(), kind, std::move(done), *this);
}

void NcclBackend::require(int result, const char* what) {
  if (result == 0) return;
  const std::lock_guard lock(mutex_);
  // The watcher's reason is the first one.
  C10_THROW_ERROR(DistBackendError,
                  failure_.empty()
                      ? fmt::format("NCCL: {} failed: {}", what, library_.error_text(result))
                      : failure_);
}

void NcclBackend::require_no_failure() {
  const std::lock_guard lock(mutex_);
  if (!failure_.empty()) C10_THROW_ERROR(DistBackendError, failure_);
}

std::string NcclBackend::find_failure() {
  int error = 0;
  if (library_.get_async_error(communicator_, &error) == 0 && error != 0)
    return fmt::format("NCCL: an exchange failed: {}", library_.error_text(error));
  while (!under_way_.empty() && under_way_.front()->is_done()) under_way_.pop_front();
  if (!under_way_.empty() && Clock::now() - under_way_.front()->begin > timeout_)
    return fmt::format("NCCL: an exchange took longer than {} ms", timeout_.count());
  return {};
}

void NcclBackend::watch() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kWatchInterval, [this] { return stopping_; })) {
    failure_ = find_failure();
    if (failure_.empty()) continue;
    lock.unlock();
    library_.abort(communicator_);
    return;
  }
}

}  // namespace saker

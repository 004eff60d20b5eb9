#include "distributed/processes.hpp"

#include <arpa/inet.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

#include "core/environment.hpp"
#include "distributed/nccl_exchange.hpp"
#include "distributed/nccl_library.hpp"

namespace saker {
namespace {

constexpr double kTimeoutSeconds = 300;
constexpr std::size_t kBroadcastBytes = std::size_t{25} << 20;

[[noreturn]] void fail_to_meet(const ProcessPlace& place, const std::exception& error) {
  const std::string text = error.what();
  throw Error(ErrorKind::kIo,
              fmt::format("rank {} of {} could not meet the others at {}:{} ({}); are all of them "
                          "started, and is the port free and open between the machines?",
                          place.rank,
                          place.world_size,
                          place.master_address,
                          place.master_port,
                          text.substr(0, text.find('\n'))));
}

// Bound to a free port of the loopback interface; the store takes it over.
int loopback_socket(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, generic, length) != 0 || ::getsockname(fd, generic, &length) != 0) {
    if (fd >= 0) ::close(fd);
    throw Error(ErrorKind::kIo,
                "no free port of the loopback interface for several processes; is it up?");
  }
  port = ntohs(address.sin_port);
  return fd;
}

// socket: that the server takes over, if one is open already.
c10::intrusive_ptr<c10d::Store> store_at(const ProcessPlace& place,
                                         std::chrono::milliseconds timeout,
                                         std::optional<int> socket) {
  c10d::TCPStoreOptions options;
  options.port = place.master_port;
  options.isServer = place.rank == 0 && !place.store_is_hosted;
  options.numWorkers = static_cast<std::size_t>(place.world_size);
  options.waitWorkers = false;
  options.timeout = timeout;
  options.masterListenFd = socket;
  try {
    return c10::make_intrusive<c10d::TCPStore>(place.master_address, options);
  } catch (const std::exception& error) {
    fail_to_meet(place, error);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Failures of exchanges, other than those of the work between them, whose messages may name any
// file.
bool is_exchange_failure(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error) != nullptr) return false;
  if (dynamic_cast<const c10::DistError*>(&error) != nullptr) return true;
  const std::string text = error.what();
  return text.find("gloo") != std::string::npos || text.find("NCCL") != std::string::npos;
}

}  // namespace

std::chrono::milliseconds process_timeout() {
  constexpr const char* kName = "SAKER_PROCESS_TIMEOUT_SEC";
  double seconds = kTimeoutSeconds;
  if (const auto text = environment(kName)) {
    char* end = nullptr;
    seconds = std::strtod(text->c_str(), &end);
    if (*end != '\0' || !(seconds > 0 && seconds <= 1e6)) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("the environment variable {} must be a number of seconds, more than 0 "
                      "and at most 1e6, but is '{}'",
                      kName,
                      *text));
    }
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * seconds));
}

c10::intrusive_ptr<c10d::Store> open_store(const ProcessPlace& place,
                                           std::chrono::milliseconds timeout) {
  return store_at(place, timeout, std::nullopt);
}

c10::intrusive_ptr<c10d::Store> open_local_store(ProcessPlace& place,
                                                 std::chrono::milliseconds timeout) {
  place.master_address = "127.0.0.1";
  const int socket = loopback_socket(place.master_port);
  return store_at(place, timeout, socket);
}

Processes::Processes(const ProcessPlace& place, c10::intrusive_ptr<c10d::Store> store)
    : place_(place), store_(std::move(store)) {}

std::unique_ptr<Processes> Processes::join(const ProcessPlace& place,
                                           const c10::intrusive_ptr<c10d::Store>& store,
                                           std::chrono::milliseconds timeout,
                                           torch::Device device) {
  std::unique_ptr<Processes> self(new Processes(place, store));
  try {
    self->status_ = std::make_unique<ProcessStatus>(store->clone(), place.rank, place.world_size);
    self->group_ = make_gloo(store, place, "exchange", timeout);
    self->exchange_ = c10::make_intrusive<GlooExchange>(self->group_);
    const auto gradients = make_gloo(store, place, "gradients", timeout);
    self->gradients_ = c10::make_intrusive<c10d::ProcessGroup>(
        store, static_cast<int>(place.rank), static_cast<int>(place.world_size));
    self->gradients_->setBackend(
        c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, gradients);
    self->gradients_->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    if (!device.is_cpu()) self->join_gpus(device, timeout);
  } catch (const std::exception& error) {
    fail_to_meet(place, error);
  }
  return self;
}

void Processes::join_gpus(torch::Device device, std::chrono::milliseconds timeout) {
  using Kind = c10d::ProcessGroup::BackendType;
  device_ = device;
  const NcclSearch search = find_nccl();
  engine_problem_ = search.problem;
  if (any(!search.library)) {
    if (engine_problem_.empty()) engine_problem_ = "another process does not find it";
    // Over the memory of the machine.
    gradients_->setBackend(device.type(), Kind::GLOO, gradients_->getBackend(c10::DeviceType::CPU));
    return;
  }
  nccl_ = c10::make_intrusive<NcclBackend>(*search.library, store_, place_, device, timeout);
  gradients_->setBackend(device.type(), Kind::NCCL, nccl_);
  exchange_ = c10::make_intrusive<NcclExchange>(group_, nccl_);
  engine_ = "NCCL " + search.library->version;
}

void Processes::require_exchanges() const {
  if (!nccl_) return;
  c10::impl::VirtualGuardImpl(device_.type()).synchronizeDevice(device_.index());
  nccl_->require_no_failure();
}

void Processes::set_timeout(std::chrono::milliseconds timeout) {
  group_->setTimeout(timeout);
  gradients_->getBackend(c10::DeviceType::CPU)->setTimeout(timeout);
  if (nccl_) nccl_->setTimeout(timeout);
}

bool Processes::any(bool own) const {
  const torch::Tensor said = torch::full({1}, own ? 1 : 0, torch::kLong);
  exchange_->maximum(said);
  return said.item<std::int64_t>() != 0;
}

void Processes::broadcast(const std::vector<torch::Tensor>& tensors) const {
  const torch::NoGradGuard no_grad;
  // Tensors of one type travel together, many at a time.
  std::map<torch::ScalarType, std::vector<torch::Tensor>> by_type;
  for (const torch::Tensor& tensor : tensors) {
    if (tensor.numel() == 0) continue;
    std::vector<torch::Tensor>& run = by_type[tensor.scalar_type()];
    std::size_t bytes = tensor.nbytes();
    for (const torch::Tensor& other : run) bytes += other.nbytes();
    if (bytes > kBroadcastBytes) broadcast_together(std::exchange(run, {}));
    run.push_back(tensor);
  }
  for (const auto& [type, run] : by_type) broadcast_together(run);
}

void Processes::broadcast_together(const std::vector<torch::Tensor>& tensors) const {
  if (tensors.empty()) return;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& tensor : tensors) flat.push_back(tensor.reshape({-1}).cpu());
  std::vector<torch::Tensor> buffer = {torch::cat(flat)};
  group_->broadcast(buffer, c10d::BroadcastOptions())->wait();
  if (rank() == 0) return;
  std::int64_t at = 0;
  for (const torch::Tensor& tensor : tensors) {
    tensor.copy_(buffer[0].slice(0, at, at + tensor.numel()).view(tensor.sizes()));
    at += tensor.numel();
  }
}

std::vector<torch::Tensor> Processes::gather(const torch::Tensor& own) const {
  const torch::Tensor lengths = torch::zeros({size()}, torch::kLong);
  lengths[rank()] = own.numel();
  exchange_->sum(lengths);
  const std::int64_t longest = lengths.max().item<std::int64_t>();
  if (longest == 0) return {};
  // All pieces have the length of the longest on their way.
  std::vector<torch::Tensor> input = {
      torch::constant_pad_nd(own, {0, longest - own.numel()}).contiguous()};
  std::vector<std::vector<torch::Tensor>> output;
  if (rank() == 0) {
    output.emplace_back();
    for (std::int64_t i = 0; i < size(); ++i)
      output[0].push_back(torch::empty({longest}, own.options()));
  }
  group_->gather(output, input, c10d::GatherOptions())->wait();
  std::vector<torch::Tensor> pieces;
  if (rank() != 0) return pieces;
  for (std::int64_t i = 0; i < size(); ++i) {
    pieces.push_back(
        output[0][static_cast<std::size_t>(i)].slice(0, 0, lengths[i].item<std::int64_t>()));
  }
  return pieces;
}

std::vector<std::string> Processes::gather(const std::vector<std::string>& own) const {
  std::vector<std::uint8_t> bytes;
  for (const std::string& text : own) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    bytes.push_back(0);
  }
  std::vector<std::string> texts;
  for (const torch::Tensor& piece : gather(torch::tensor(bytes, torch::kByte))) {
    const auto* const data = reinterpret_cast<const char*>(piece.data_ptr<std::uint8_t>());
    const char* const end = data + piece.numel();
    for (const char* at = data; at < end; at += texts.back().size() + 1) texts.emplace_back(at);
  }
  return texts;
}

void Processes::require_same(const std::string& what, const std::string& text) const {
  const std::string key = "same/" + what;
  if (rank() == 0) store_->set(key, text);
  const std::vector<std::uint8_t> bytes = store_->get(key);
  const std::string first(bytes.begin(), bytes.end());
  if (first == text) return;
  const std::vector<std::string> theirs = lines_of(first), own = lines_of(text);
  const auto [a, b] = std::mismatch(theirs.begin(), theirs.end(), own.begin(), own.end());
  throw Error(ErrorKind::kUsage,
              fmt::format("the {} of rank {} differ from those of rank 0: '{}' and '{}'; start all "
                          "processes alike, on the same data",
                          what,
                          rank(),
                          b == own.end() ? "" : *b,
                          a == theirs.end() ? "" : *a));
}

std::optional<Error> Processes::behind(const std::exception& error) {
  if (!is_exchange_failure(error)) {
    status_->report_failure(error.what());
    return std::nullopt;
  }
  return Error(
      ErrorKind::kIo,
      fmt::format("{}; rank {} stops, and resume_interrupted (--resume-interrupted) goes on "
                  "from the last checkpoint",
                  status_->find_lost(),
                  rank()));
}

}  // namespace saker

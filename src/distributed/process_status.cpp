#include "distributed/process_status.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace saker {
namespace {

constexpr int kBeatsToWait = 3;
constexpr std::chrono::seconds kStoreTimeout(30);

std::string status_key(std::int64_t rank) { return fmt::format("status/{}", rank); }
std::string failure_key(std::int64_t rank) { return fmt::format("failure/{}", rank); }

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string own_place() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

}  // namespace

ProcessStatus::ProcessStatus(c10::intrusive_ptr<c10d::Store> store,
                             std::int64_t rank,
                             std::int64_t world_size,
                             std::chrono::milliseconds beat)
    : store_(std::move(store)),
      rank_(rank),
      world_size_(world_size),
      beat_(beat),
      where_(own_place()) {
  store_->setTimeout(kStoreTimeout);
  write();
  thread_ = std::thread([this] { work(); });
}

ProcessStatus::~ProcessStatus() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void ProcessStatus::set(std::int64_t step, int order, const char* activity) {
  const std::lock_guard lock(mutex_);
  step_ = step;
  order_ = order;
  activity_ = activity;
}

// Requires that nobody else writes: called by the constructor and the thread.
void ProcessStatus::write() {
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    line = fmt::format("{}\n{}\n{}\n{}\n{}", ++beats_, step_, order_, activity_, where_);
  }
  store_->set(status_key(rank_), bytes_of(line));
}

void ProcessStatus::work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stop_.wait_for(lock, beat_, [this] { return stopping_; })) return;
    }
    try {
      write();
    } catch (const std::exception&) {
      return;  // the store is gone; the training's next exchange finds out
    }
  }
}

void ProcessStatus::report_failure(const std::string& message) {
  try {
    store_->set(failure_key(rank_), bytes_of(message));
  } catch (const std::exception&) {
  }
}

ProcessStatus::Line ProcessStatus::read(std::int64_t rank) const {
  Line line;
  if (!store_->check({status_key(rank)})) return line;
  std::istringstream text(text_of(store_->get(status_key(rank))));
  text >> line.beat >> line.step >> line.order >> std::ws;
  std::getline(text, line.activity);
  std::getline(text, line.where);
  return line;
}

std::string ProcessStatus::name(std::int64_t rank, const Line& line) const {
  return fmt::format("rank {} of {} ({})", rank, world_size_, line.where);
}

std::string ProcessStatus::find_lost() const {
  try {
    std::vector<Line> before(static_cast<std::size_t>(world_size_)), now = before;
    for (std::int64_t rank = 0; rank < world_size_; ++rank)
      before[static_cast<std::size_t>(rank)] = read(rank);
    std::this_thread::sleep_for(beat_ * kBeatsToWait);
    for (std::int64_t rank = 0; rank < world_size_; ++rank) {
      if (rank == rank_ || !store_->check({failure_key(rank)})) continue;
      return fmt::format("{} failed: {}",
                         name(rank, before[static_cast<std::size_t>(rank)]),
                         text_of(store_->get(failure_key(rank))));
    }
    std::optional<std::int64_t> last;
    for (std::int64_t rank = 0; rank < world_size_; ++rank) {
      const auto at = static_cast<std::size_t>(rank);
      now[at] = read(rank);
      if (rank != rank_ && now[at].beat == before[at].beat) {
        return fmt::format("{} died or was stopped in step {}, {}",
                           name(rank, now[at]),
                           now[at].step + 1,
                           now[at].activity);
      }
      const auto position = [&](std::size_t i) { return std::pair(now[i].step, now[i].order); };
      if (!last || position(at) < position(static_cast<std::size_t>(*last))) last = rank;
    }
    const Line& behind = now[static_cast<std::size_t>(*last)];
    const bool is_behind = std::any_of(now.begin(), now.end(), [&](const Line& line) {
      return std::pair(behind.step, behind.order) < std::pair(line.step, line.order);
    });
    if (is_behind) {
      return fmt::format(
          "{} hangs in step {}, {}", name(*last, behind), behind.step + 1, behind.activity);
    }
    return "all processes still answer, but an exchange between them failed";
  } catch (const std::exception&) {
    return fmt::format("rank 0 of {} died: the store that it held is gone", world_size_);
  }
}

}  // namespace saker

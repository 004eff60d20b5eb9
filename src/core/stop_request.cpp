#include "core/stop_request.hpp"

#include <atomic>

#include "saker/train.hpp"

namespace saker {
namespace {

std::atomic<bool> requested = false;
static_assert(std::atomic<bool>::is_always_lock_free, "must be safe in signal handlers");

}  // namespace

void request_stop() noexcept { requested.store(true); }
bool stop_requested() noexcept { return requested.load(); }
void clear_stop_request() noexcept { requested.store(false); }

}  // namespace saker

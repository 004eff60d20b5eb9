// A request to finish the current step, save and stop. Set from a signal handler or another thread,
// read by the loop.
#pragma once

namespace saker {

bool stop_requested() noexcept;
void clear_stop_request() noexcept;

}  // namespace saker

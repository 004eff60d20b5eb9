// Ctrl-C and termination while a training runs.
#pragma once

namespace saker {

// While it lives, the first SIGINT, SIGTERM or SIGUSR1 asks the training to save and stop; a second
// one ends the program at once.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
};

}  // namespace saker

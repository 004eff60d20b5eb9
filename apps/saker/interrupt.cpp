#include "interrupt.hpp"

#include <unistd.h>

#include <csignal>

#include "saker/train.hpp"

namespace saker {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGUSR1};
constexpr int kInterruptedExit = 130;

volatile std::sig_atomic_t signals_seen = 0;

extern "C" void on_signal(int) {
  if (signals_seen != 0) ::_exit(kInterruptedExit);
  signals_seen = 1;
  request_stop();
}

void set_handlers(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : kSignals) ::sigaction(number, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  signals_seen = 0;
  set_handlers(on_signal);
}

InterruptGuard::~InterruptGuard() { set_handlers(SIG_DFL); }

}  // namespace saker

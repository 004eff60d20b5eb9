#include "loggers/metric_logger.hpp"

#include <algorithm>
#include <exception>

namespace saker {

void FanOutLogger::log_scalars(std::int64_t step, const Scalars& scalars) {
  for (const auto& logger : loggers_) logger->log_scalars(step, scalars);
}

void FanOutLogger::log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) {
  for (const auto& logger : loggers_) logger->log_image(step, tag, image);
}

void FanOutLogger::log_hyperparameters(const Value& settings) {
  for (const auto& logger : loggers_) logger->log_hyperparameters(settings);
}

void FanOutLogger::log_model(const std::filesystem::path& file) {
  for (const auto& logger : loggers_) logger->log_model(file);
}

void FanOutLogger::flush() {
  for (const auto& logger : loggers_) logger->flush();
}

void FanOutLogger::close(RunOutcome outcome) {
  std::exception_ptr first;
  for (const auto& logger : loggers_) {
    try {
      logger->close(outcome);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

bool FanOutLogger::wants_previews() const {
  return std::any_of(loggers_.begin(), loggers_.end(), [](const auto& logger) {
    return logger->wants_previews();
  });
}

std::string prefixed_tag(const std::string& prefix, const std::string& tag) {
  return prefix.empty() ? tag : prefix + "-" + tag;
}

}  // namespace saker

#include "loggers/metric_logger.hpp"

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

void FanOutLogger::flush() {
  for (const auto& logger : loggers_) logger->flush();
}

void FanOutLogger::close() {
  for (const auto& logger : loggers_) logger->close();
}

}  // namespace saker

// Where the numbers and pictures of a run go. The loop knows this interface alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// Tag and value, in the order in which they are shown.
using Scalars = std::vector<std::pair<std::string, double>>;

struct EncodedImage {
  std::vector<std::byte> png;
  std::int64_t height = 0, width = 0;  // pixels
};

// Steps are 0-based optimizer steps. Functions throw Error (io) when a file cannot be written.
class MetricLogger {
 public:
  virtual ~MetricLogger() = default;

  virtual void log_scalars(std::int64_t step, const Scalars& scalars) = 0;
  virtual void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) = 0;
  // The resolved settings of the run, once, before anything else.
  virtual void log_hyperparameters(const Value& settings) = 0;
  virtual void flush() = 0;
  virtual void close() = 0;
};

// Hands everything to each of its loggers.
class FanOutLogger final : public MetricLogger {
 public:
  void add(std::unique_ptr<MetricLogger> logger) { loggers_.push_back(std::move(logger)); }

  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) override;
  void log_hyperparameters(const Value& settings) override;
  void flush() override;
  void close() override;

 private:
  std::vector<std::unique_ptr<MetricLogger>> loggers_;
};

}  // namespace saker

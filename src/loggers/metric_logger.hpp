// Where the numbers, pictures and models of a run go. The loop knows this interface alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
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
  // The same picture, at most kPreviewSide on its longer side; empty unless a logger wants it.
  std::vector<std::byte> preview_webp = {};
};

// How a run ended.
enum class RunOutcome { kFinished, kFailed, kInterrupted };

// Steps are 0-based optimizer steps. Functions throw Error (io) when a file cannot be written.
class MetricLogger {
 public:
  static constexpr std::int64_t kPreviewSide = 256;  // pixels

  virtual ~MetricLogger() = default;

  virtual void log_scalars(std::int64_t step, const Scalars& scalars) = 0;
  virtual void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) = 0;
  // The resolved settings of the run, once, before anything else.
  virtual void log_hyperparameters(const Value& settings) = 0;
  // An exported model was written, or written anew.
  virtual void log_model(const std::filesystem::path& file) = 0;
  virtual void flush() = 0;
  // Nothing may be logged afterwards; a second call does nothing.
  virtual void close(RunOutcome outcome) = 0;
  // Whether log_image should bring previews.
  virtual bool wants_previews() const { return false; }
};

// Hands everything to each of its loggers.
class FanOutLogger final : public MetricLogger {
 public:
  void add(std::unique_ptr<MetricLogger> logger) { loggers_.push_back(std::move(logger)); }

  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) override;
  void log_hyperparameters(const Value& settings) override;
  void log_model(const std::filesystem::path& file) override;
  void flush() override;
  // Closes all, then throws the first error if there was one.
  void close(RunOutcome outcome) override;
  bool wants_previews() const override;

 private:
  std::vector<std::unique_ptr<MetricLogger>> loggers_;
};

// "<prefix>-<tag>", or the tag itself when there is no prefix.
std::string prefixed_tag(const std::string& prefix, const std::string& tag);

}  // namespace saker

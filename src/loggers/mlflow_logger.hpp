// A run on an MLflow server.
//
//   MlflowLogger logger(settings, false, notices);
//   logger.log_hyperparameters(resolved);
//   logger.log_scalars(9, {{"train_loss", 3.4}});
//   logger.close(RunOutcome::kFinished);
//
// Nothing here waits for the server but close: what is logged goes into a queue, which a thread of
// its own empties. While the server is away the thread tries again, ever less often, and the queue
// keeps what is logged up to a limit (MlflowQueue). No function throws over what the server does.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "loggers/logger_settings.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/tracker_notices.hpp"

namespace saker {

struct MlflowPatience {
  std::size_t queue_bytes = std::size_t{64} << 20;
  // Between two tries: doubled each time.
  std::chrono::milliseconds first_retry{1000}, last_retry{60000};
  std::chrono::seconds stall{30};  // of a connection without a byte
  // How long close waits without any progress, after an interruption, and in all.
  std::chrono::milliseconds closing{30000}, closing_interrupted{10000}, closing_at_most{600000};
};

class MlflowLogger final : public MetricLogger {
 public:
  // resume: a run of the same name goes on, the newest one.
  MlflowLogger(MlflowSettings settings,
               bool resume,
               TrackerNotices notices,
               const MlflowPatience& patience = {});
  MlflowLogger(const MlflowLogger&) = delete;
  MlflowLogger& operator=(const MlflowLogger&) = delete;
  // Closes as failed what nobody has closed.
  ~MlflowLogger() override;

  void log_scalars(std::int64_t step, const Scalars& scalars) override;
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) override;
  // Begins the run.
  void log_hyperparameters(const Value& settings) override;
  // Uploads it to checkpoints/ at once or, with kAtTheEnd, in close.
  void log_model(const std::filesystem::path& file) override;
  void flush() override {}
  // Sends what waits, then ends the run as FINISHED, FAILED or KILLED; gives up as MlflowPatience
  // says, and warns of what is missing on the server. Models stay here after an interruption, since
  // the run goes on later.
  void close(RunOutcome outcome) override;
  bool wants_previews() const override { return true; }

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace saker

#include "loggers/mlflow_logger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "loggers/mlflow_api.hpp"
#include "loggers/mlflow_queue.hpp"
#include "loggers/mlflow_run.hpp"
#include "loggers/mlflow_values.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxMetrics = 1000;                 // of one call
constexpr std::chrono::milliseconds kClosingRetry{2000};  // longest pause while a run ends

// Time is up.
struct Stopped {};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

const char* status_of(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::kFinished:
      return "FINISHED";
    case RunOutcome::kInterrupted:
      return "KILLED";
    case RunOutcome::kFailed:
      break;
  }
  return "FAILED";
}

}  // namespace

class MlflowLogger::Worker {
 public:
  Worker(MlflowSettings settings, bool resume, TrackerNotices notices, MlflowPatience patience)
      : settings_(std::move(settings)),
        notices_(std::move(notices)),
        patience_(patience),
        start_{.resume = resume},
        queue_(patience.queue_bytes) {}

  void start(const Value& settings) {
    start_.start_time_ms = now_ms();
    start_.parameters = mlflow_parameters(settings);
    thread_ = std::thread([this] { run(); });
  }
  void push(MlflowEntry entry);
  void log_model(const std::filesystem::path& file);
  void close(RunOutcome outcome);

 private:
  void run();
  void send_all(MlflowRun& run);
  void send(MlflowRun& run, MlflowEntry entry);
  void send_metrics(MlflowRun& run, const std::vector<MlflowMetrics>& events);
  std::optional<MlflowEntry> next();
  MlflowReply call(const std::function<MlflowReply()>& attempt);
  void warn_of_refusal(const std::string& problem);
  void note_refusal(const std::string& problem, const MlflowEntry& entry);
  void give_up(const std::string& problem);
  bool is_time_up() const;  // with the lock held
  void report() const;
  std::string where() const { return settings_.tracking_uri; }

  const MlflowSettings settings_;
  const TrackerNotices notices_;
  const MlflowPatience patience_;
  MlflowRunStart start_;
  std::vector<std::filesystem::path> models_;  // for the end
  std::thread thread_;
  bool is_closed_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  MlflowQueue queue_;
  MlflowCounts lost_;  // refused, or logged after the thread had given up
  MlflowCounts in_flight_;
  bool has_given_up_ = false, closing_ = false;
  RunOutcome outcome_ = RunOutcome::kFailed;
  Clock::time_point closing_since_, last_progress_;
  bool warned_of_drops_ = false;

  // Of the thread alone.
  bool is_away_ = false, was_away_ = false, warned_of_refusal_ = false;
  bool is_behind_ = false;  // since the queue was last empty the server has been away
  bool has_ended_ = false;  // the server knows that the run is over
  std::uint64_t bytes_sent_ = 0;
};

void MlflowLogger::Worker::push(MlflowEntry entry) {
  bool must_warn = false;
  {
    const std::lock_guard lock(mutex_);
    if (has_given_up_) {
      lost_.add(entry);
      return;
    }
    queue_.push(std::move(entry));
    must_warn = !queue_.dropped().empty() && !warned_of_drops_;
    warned_of_drops_ = warned_of_drops_ || must_warn;
  }
  changed_.notify_all();
  if (must_warn) {
    notices_.warning(fmt::format(
        "MLflow: {} MB wait for {}; from now on the oldest pictures, then the oldest log events "
        "are left out there",
        patience_.queue_bytes >> 20U,
        where()));
  }
}

void MlflowLogger::Worker::log_model(const std::filesystem::path& file) {
  if (settings_.log_model == ModelUpload::kAlways) push(MlflowModel{file});
  if (settings_.log_model == ModelUpload::kAtTheEnd &&
      std::find(models_.begin(), models_.end(), file) == models_.end())
    models_.push_back(file);
}

void MlflowLogger::Worker::close(RunOutcome outcome) {
  if (is_closed_) return;
  is_closed_ = true;
  if (!thread_.joinable()) return;
  if (outcome != RunOutcome::kInterrupted) {
    for (const std::filesystem::path& model : models_) push(MlflowModel{model});
  }
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    outcome_ = outcome;
    closing_since_ = last_progress_ = Clock::now();
  }
  changed_.notify_all();
  thread_.join();
  report();
}

bool MlflowLogger::Worker::is_time_up() const {
  if (!closing_) return false;
  const auto patience =
      outcome_ == RunOutcome::kInterrupted ? patience_.closing_interrupted : patience_.closing;
  const Clock::time_point now = Clock::now();
  return now >= last_progress_ + patience || now >= closing_since_ + patience_.closing_at_most;
}

MlflowReply MlflowLogger::Worker::call(const std::function<MlflowReply()>& attempt) {
  std::chrono::milliseconds pause = patience_.first_retry;
  for (;;) {
    bytes_sent_ = 0;
    MlflowReply reply = attempt();
    if (reply.verdict != MlflowVerdict::kUnavailable) {
      if (is_away_) notices_.info(fmt::format("MLflow: {} is there again", where()));
      is_away_ = false;
      const std::lock_guard lock(mutex_);
      last_progress_ = Clock::now();
      return reply;
    }
    if (!was_away_) {
      notices_.warning(fmt::format(
          "MLflow: {} cannot be used at the moment ({}); the training goes on, and what it logs "
          "waits to be sent",
          where(),
          reply.problem));
    }
    is_away_ = was_away_ = is_behind_ = true;
    std::unique_lock lock(mutex_);
    if (is_time_up()) throw Stopped{};
    const bool was_closing = closing_;
    if (was_closing) pause = std::min(pause, kClosingRetry);
    // The end of the run is worth a try at once.
    changed_.wait_for(lock, pause, [&] { return closing_ != was_closing; });
    if (is_time_up()) throw Stopped{};
    pause =
        closing_ != was_closing ? patience_.first_retry : std::min(2 * pause, patience_.last_retry);
  }
}

std::optional<MlflowEntry> MlflowLogger::Worker::next() {
  std::unique_lock lock(mutex_);
  in_flight_ = {};
  if (queue_.empty()) is_behind_ = false;
  changed_.wait(lock, [this] { return !queue_.empty() || closing_; });
  std::optional<MlflowEntry> entry = queue_.pop();
  if (entry) in_flight_.add(*entry);
  return entry;
}

void MlflowLogger::Worker::warn_of_refusal(const std::string& problem) {
  if (!warned_of_refusal_) {
    notices_.warning(fmt::format("MLflow: {} refuses something of this run: {}", where(), problem));
  }
  warned_of_refusal_ = true;
}

void MlflowLogger::Worker::note_refusal(const std::string& problem, const MlflowEntry& entry) {
  if (problem.empty()) return;
  warn_of_refusal(problem);
  const std::lock_guard lock(mutex_);
  lost_.add(entry);
}

void MlflowLogger::Worker::send_metrics(MlflowRun& run, const std::vector<MlflowMetrics>& events) {
  const std::string problem = run.log_metrics(events);
  if (!problem.empty() && events.size() > 1) {
    // One of them is at fault.
    for (const MlflowMetrics& event : events) note_refusal(run.log_metrics({event}), event);
  } else {
    note_refusal(problem, events.front());
  }
}

void MlflowLogger::Worker::send(MlflowRun& run, MlflowEntry entry) {
  if (auto* metrics = std::get_if<MlflowMetrics>(&entry)) {
    std::vector<MlflowMetrics> events = {std::move(*metrics)};
    const std::size_t values = events.front().scalars.size();
    if (is_behind_ && values < kMaxMetrics) {
      const std::lock_guard lock(mutex_);
      for (MlflowMetrics& event : queue_.pop_metrics(kMaxMetrics - values)) {
        in_flight_.add(event);
        events.push_back(std::move(event));
      }
    }
    send_metrics(run, events);
  } else if (const auto* picture = std::get_if<MlflowPicture>(&entry)) {
    note_refusal(run.log_picture(*picture), entry);
  } else {
    note_refusal(run.log_model(std::get<MlflowModel>(entry)), entry);
  }
}

void MlflowLogger::Worker::send_all(MlflowRun& run) {
  run.open(start_);
  notices_.info("MLflow: " + run.page());
  while (std::optional<MlflowEntry> entry = next()) send(run, std::move(*entry));
  const std::string problem = run.end(status_of(outcome_), now_ms());
  if (!problem.empty()) warn_of_refusal(problem);
  has_ended_ = problem.empty();
}

void MlflowLogger::Worker::give_up(const std::string& problem) {
  {
    const std::lock_guard lock(mutex_);
    has_given_up_ = true;
  }
  notices_.warning(
      fmt::format("MLflow: nothing more of this run is sent to {}: {}; the training goes on",
                  where(),
                  problem));
}

void MlflowLogger::Worker::run() {
  try {
    HttpClientSettings client = mlflow_client_settings();
    client.stall = patience_.stall;
    MlflowApi api(settings_.tracking_uri, client, [this](std::uint64_t sent) {
      const std::lock_guard lock(mutex_);
      if (sent > bytes_sent_) last_progress_ = Clock::now();
      bytes_sent_ = sent;
      return is_time_up();
    });
    MlflowRun run(
        settings_, api, [this](const auto& attempt) { return call(attempt); }, notices_);
    send_all(run);
  } catch (const Stopped&) {
  } catch (const MlflowRefusal& refusal) {
    give_up(refusal.problem);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}

// After the thread has ended.
void MlflowLogger::Worker::report() const {
  MlflowCounts missing = queue_.counts();
  for (const MlflowCounts* counts : {&in_flight_, &queue_.dropped(), &lost_}) missing.add(*counts);
  if (missing.empty() && has_ended_) return;
  std::string text = fmt::format("MLflow: {} lacks", where());
  if (!missing.empty()) text += " " + missing.text();
  if (!has_ended_) text += fmt::format("{} the end", missing.empty() ? "" : " and");
  notices_.warning(text + " of this run; the run folder has it all");
}

MlflowLogger::MlflowLogger(MlflowSettings settings,
                           bool resume,
                           TrackerNotices notices,
                           const MlflowPatience& patience)
    : worker_(std::make_unique<Worker>(std::move(settings), resume, std::move(notices), patience)) {
}

MlflowLogger::~MlflowLogger() { worker_->close(RunOutcome::kFailed); }

void MlflowLogger::log_scalars(std::int64_t step, const Scalars& scalars) {
  worker_->push(MlflowMetrics{.step = step, .timestamp_ms = now_ms(), .scalars = scalars});
}

void MlflowLogger::log_image(std::int64_t step, const std::string& tag, const EncodedImage& image) {
  worker_->push(MlflowPicture{.step = step,
                              .timestamp_ms = now_ms(),
                              .tag = tag,
                              .png = image.png,
                              .preview_webp = image.preview_webp});
}

void MlflowLogger::log_hyperparameters(const Value& settings) { worker_->start(settings); }

void MlflowLogger::log_model(const std::filesystem::path& file) { worker_->log_model(file); }

void MlflowLogger::close(RunOutcome outcome) { worker_->close(outcome); }

}  // namespace saker

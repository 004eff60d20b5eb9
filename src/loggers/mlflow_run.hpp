// A run on an MLflow server: found or made, filled, ended.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "loggers/logger_settings.hpp"
#include "loggers/mlflow_api.hpp"
#include "loggers/mlflow_queue.hpp"
#include "loggers/mlflow_values.hpp"
#include "loggers/tracker_notices.hpp"

namespace saker {

// The server will not take the run at all.
struct MlflowRefusal {
  std::string problem;
};

// Makes a call until the server has taken or refused it.
using MlflowCaller = std::function<MlflowReply(const std::function<MlflowReply()>&)>;

struct MlflowRunStart {
  bool resume = false;             // a run of the same name goes on
  std::int64_t start_time_ms = 0;  // since 1970
  std::vector<MlflowParameter> parameters = {};
};

class MlflowRun {
 public:
  MlflowRun(const MlflowSettings& settings,
            MlflowApi& api,
            MlflowCaller call,
            const TrackerNotices& notices);

  // Throws MlflowRefusal.
  void open(const MlflowRunStart& start);

  // Each returns what was wrong when the server refuses; empty: all is well.
  std::string log_metrics(const std::vector<MlflowMetrics>& events);
  std::string log_picture(const MlflowPicture& picture);
  std::string log_model(const MlflowModel& model);
  std::string end(const char* status, std::int64_t end_time_ms);

  // Where people look at it.
  std::string page() const;

 private:
  std::string find_experiment();
  std::string find_or_make_experiment();
  std::string make_run(std::int64_t start_time_ms);
  // The newest run of the experiment that fits, with its parameters; null when there is none.
  nlohmann::json search(const std::string& filter);
  void go_on_with(const nlohmann::json& run);
  void resume_by_name();
  void log_parameters(const std::vector<MlflowParameter>& parameters);
  MlflowReply post(const std::string& call, const nlohmann::ordered_json& body);
  // The URL of an artifact; empty, with a warning the first time, when it cannot be stored.
  std::string artifact_url(const std::string& path);

  const MlflowSettings& settings_;
  MlflowApi& api_;
  MlflowCaller call_;
  const TrackerNotices& notices_;
  std::string experiment_id_, run_id_;
  std::string artifact_uri_;
  bool knows_artifact_uri_ = false, warned_of_store_ = false;
  std::set<std::string> known_parameters_;
};

}  // namespace saker

#include "loggers/mlflow_run.hpp"

#include <errno.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/environment.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

// The most that one call may hold.
constexpr std::size_t kMaxParameters = 100;
constexpr std::size_t kMaxMetrics = 1000;

std::string user_name() {
  for (const char* name : {"LOGNAME", "USER"}) {
    if (const auto user = environment(name)) return *user;
  }
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr)
    return found->pw_name;
  return std::to_string(::getuid());
}

// JSON has no numbers for what is not finite; protobuf's JSON has these words.
Json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Json tag(const std::string& key, const std::string& value) {
  return {{"key", key}, {"value", value}};
}

}  // namespace

MlflowRun::MlflowRun(const MlflowSettings& settings,
                     MlflowApi& api,
                     MlflowCaller call,
                     const TrackerNotices& notices)
    : settings_(settings), api_(api), call_(std::move(call)), notices_(notices) {}

MlflowReply MlflowRun::post(const std::string& call, const Json& body) {
  return call_([&] { return api_.post(call, body); });
}

void MlflowRun::open(const MlflowRunStart& start) {
  if (settings_.run_id) {
    const MlflowReply reply =
        call_([&] { return api_.get("runs/get?run_id=" + url_query_value(*settings_.run_id)); });
    if (reply.verdict != MlflowVerdict::kDone) throw MlflowRefusal{reply.problem};
    go_on_with(reply.body.value("run", nlohmann::json()));
  } else {
    experiment_id_ = find_or_make_experiment();
    if (start.resume) resume_by_name();
  }
  if (run_id_.empty()) run_id_ = make_run(start.start_time_ms);
  log_parameters(start.parameters);
}

// Empty when there is none that can be used.
std::string MlflowRun::find_experiment() {
  const MlflowReply reply = call_([&] {
    return api_.get("experiments/get-by-name?experiment_name=" +
                    url_query_value(settings_.experiment_name));
  });
  if (reply.verdict != MlflowVerdict::kDone) {
    if (reply.error_code == "RESOURCE_DOES_NOT_EXIST") return {};
    throw MlflowRefusal{reply.problem};
  }
  if (text_at(reply.body, "/experiment/lifecycle_stage") == "deleted") return {};
  return text_at(reply.body, "/experiment/experiment_id");
}

std::string MlflowRun::find_or_make_experiment() {
  std::string id = find_experiment();
  if (!id.empty()) return id;
  Json body = {{"name", settings_.experiment_name}};
  if (settings_.artifact_location) body["artifact_location"] = *settings_.artifact_location;
  const MlflowReply reply = post("experiments/create", body);
  if (reply.verdict == MlflowVerdict::kDone) {
    id = text_at(reply.body, "/experiment_id");
  } else if (reply.error_code == "RESOURCE_ALREADY_EXISTS") {
    id = find_experiment();  // another run has just made it
  }
  if (id.empty())
    throw MlflowRefusal{fmt::format("experiment '{}' cannot be used: {}",
                                    settings_.experiment_name,
                                    reply.problem.empty() ? "its id is missing" : reply.problem)};
  return id;
}

std::string MlflowRun::make_run(std::int64_t start_time_ms) {
  const std::string user = user_name();
  Json tags = Json::array({tag("mlflow.user", user),
                           tag("mlflow.source.name", ::program_invocation_name),
                           tag("mlflow.source.type", "LOCAL")});
  for (const auto& [key, value] : settings_.tags) tags.push_back(tag(key, value));
  if (settings_.run_name) tags.push_back(tag("mlflow.runName", *settings_.run_name));
  const Json body = {{"experiment_id", experiment_id_},
                     {"user_id", user},
                     {"start_time", start_time_ms},
                     {"tags", tags}};
  std::string id;
  int tries = 0;
  const MlflowReply reply = call_([&] {
    if (tries++ > 0) {
      // The call before may have been heard all the same; a second run would be one too many.
      const MlflowReply search =
          api_.post("runs/search",
                    {{"experiment_ids", Json::array({experiment_id_})},
                     {"filter", fmt::format("attributes.start_time = {}", start_time_ms)},
                     {"max_results", 1}});
      if (search.verdict == MlflowVerdict::kUnavailable) return search;
      id = text_at(search.body, "/runs/0/info/run_id");
      if (!id.empty()) return search;
    }
    return api_.post("runs/create", body);
  });
  if (id.empty()) id = text_at(reply.body, "/run/info/run_id");
  if (id.empty())
    throw MlflowRefusal{reply.problem.empty() ? "the new run has no id" : reply.problem};
  return id;
}

nlohmann::json MlflowRun::search(const std::string& filter) {
  const MlflowReply reply = post("runs/search",
                                 {{"experiment_ids", Json::array({experiment_id_})},
                                  {"filter", filter},
                                  {"max_results", 1},
                                  {"order_by", Json::array({"attributes.start_time DESC"})}});
  if (reply.verdict != MlflowVerdict::kDone) throw MlflowRefusal{reply.problem};
  const nlohmann::json::json_pointer first("/runs/0");
  return reply.body.contains(first) ? reply.body.at(first) : nlohmann::json();
}

void MlflowRun::resume_by_name() {
  const std::optional<std::string> name =
      settings_.run_name ? mlflow_quoted(*settings_.run_name) : std::nullopt;
  if (!name) {
    notices_.warning(
        "MLflow: a new run begins there, since nothing tells which one goes on; set "
        "logger_args.mlflow.run_name, without quotes in it, or run_id");
    return;
  }
  const nlohmann::json run = search("tags.mlflow.runName = " + *name);
  if (run.is_null()) {
    notices_.warning(
        fmt::format("MLflow: experiment '{}' has no run {} that could go on; a new one begins",
                    settings_.experiment_name,
                    *name));
  } else {
    go_on_with(run);
  }
}

void MlflowRun::go_on_with(const nlohmann::json& run) {
  run_id_ = text_at(run, "/info/run_id");
  experiment_id_ = text_at(run, "/info/experiment_id");
  if (run_id_.empty()) throw MlflowRefusal{"the run that goes on has no id"};
  const nlohmann::json::json_pointer parameters("/data/params");
  if (run.contains(parameters)) {
    for (const auto& parameter : run.at(parameters))
      known_parameters_.insert(text_at(parameter, "/key"));
  }
  const MlflowReply reply = post("runs/update", {{"run_id", run_id_}, {"status", "RUNNING"}});
  if (reply.verdict != MlflowVerdict::kDone) throw MlflowRefusal{reply.problem};
}

// A run's parameters cannot change: those that it has stay.
void MlflowRun::log_parameters(const std::vector<MlflowParameter>& parameters) {
  Json batch = Json::array();
  const auto send = [&] {
    if (batch.empty()) return;
    const MlflowReply reply = post("runs/log-batch", {{"run_id", run_id_}, {"params", batch}});
    if (reply.verdict != MlflowVerdict::kDone) {
      notices_.warning(
          fmt::format("MLflow: settings of this run are not there: {}", reply.problem));
    }
    batch = Json::array();
  };
  for (const MlflowParameter& parameter : parameters) {
    if (!known_parameters_.insert(parameter.key).second) continue;
    batch.push_back(tag(parameter.key, parameter.value));
    if (batch.size() == kMaxParameters) send();
  }
  send();
}

std::string MlflowRun::log_metrics(const std::vector<MlflowMetrics>& events) {
  Json batch = Json::array();
  std::string problem;
  const auto send = [&] {
    if (batch.empty()) return;
    const MlflowReply reply = post("runs/log-batch", {{"run_id", run_id_}, {"metrics", batch}});
    if (!reply.problem.empty()) problem = reply.problem;
    batch = Json::array();
  };
  for (const MlflowMetrics& event : events) {
    for (const auto& [name, value] : event.scalars) {
      const std::string key = mlflow_key(prefixed_tag(settings_.prefix, name));
      if (key.empty()) continue;
      batch.push_back({{"key", key},
                       {"value", number(value)},
                       {"timestamp", event.timestamp_ms},
                       {"step", event.step}});
      if (batch.size() == kMaxMetrics) send();
    }
  }
  send();
  return problem;
}

std::string MlflowRun::artifact_url(const std::string& path) {
  if (!knows_artifact_uri_) {
    const std::string id = url_query_value(run_id_);
    const MlflowReply reply =
        call_([&] { return api_.get(fmt::format("runs/get?run_uuid={}&run_id={}", id, id)); });
    if (reply.verdict != MlflowVerdict::kDone) return {};
    artifact_uri_ = text_at(reply.body, "/run/info/artifact_uri");
    knows_artifact_uri_ = true;
  }
  const std::optional<std::string> url = api_.artifact_url(artifact_uri_, path);
  if (!url && !warned_of_store_) {
    warned_of_store_ = true;
    notices_.warning(
        fmt::format("MLflow: pictures and models stay in the run folder: the experiment keeps its "
                    "files in '{}', where the server does not put them; only numbers and settings "
                    "are sent. Start the server with --serve-artifacts, or use an experiment "
                    "whose artifact location is mlflow-artifacts:/",
                    artifact_uri_));
  }
  return url.value_or("");
}

std::string MlflowRun::log_picture(const MlflowPicture& picture) {
  const std::string name = mlflow_image_name(prefixed_tag(settings_.prefix, picture.tag),
                                             picture.step,
                                             picture.timestamp_ms,
                                             random_uuid());
  const std::string url = artifact_url(name + ".png");
  if (url.empty()) return warned_of_store_ ? "" : "the run is not there";
  MlflowReply reply = call_([&] { return api_.put(url, "image/png", picture.png); });
  if (!reply.problem.empty()) return reply.problem;
  const std::string preview = artifact_url(name + "+compressed.webp");
  reply = call_([&] { return api_.put(preview, "image/webp", picture.preview_webp); });
  if (!reply.problem.empty()) return reply.problem;
  reply = post("runs/set-tag",
               {{"run_uuid", run_id_},
                {"key", "mlflow.loggedImages"},
                {"value", "True"},
                {"run_id", run_id_}});
  return reply.problem;
}

std::string MlflowRun::log_model(const MlflowModel& model) {
  const std::string url = artifact_url("checkpoints/" + model.file.filename().string());
  if (url.empty()) return warned_of_store_ ? "" : "the run is not there";
  const MlflowReply reply = call_([&] { return api_.put_file(url, model.file); });
  return reply.problem;
}

std::string MlflowRun::end(const char* status, std::int64_t end_time_ms) {
  const MlflowReply reply =
      post("runs/update", {{"run_id", run_id_}, {"status", status}, {"end_time", end_time_ms}});
  return reply.problem;
}

std::string MlflowRun::page() const {
  // MLflow 3 lists a run among evaluations of language models unless the address says otherwise.
  return fmt::format("{}/#/experiments/{}/runs/{}?workflowType=machine_learning",
                     api_.tracking_uri(),
                     experiment_id_,
                     run_id_);
}

}  // namespace saker

// What a run sends, to servers that take it and to servers that do not.
#include "loggers/mlflow_logger.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <fstream>
#include <limits>
#include <thread>

#include "environment.hpp"
#include "mlflow_stub.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Messages, from any thread.
class Notices {
 public:
  TrackerNotices hooks() {
    return {.info = [this](const std::string& text) { add(infos_, text); },
            .warning = [this](const std::string& text) { add(warnings_, text); }};
  }
  std::vector<std::string> infos() const { return copy(infos_); }
  std::vector<std::string> warnings() const { return copy(warnings_); }

 private:
  void add(std::vector<std::string>& list, const std::string& text) {
    const std::lock_guard lock(mutex_);
    list.push_back(text);
  }
  std::vector<std::string> copy(const std::vector<std::string>& list) const {
    const std::lock_guard lock(mutex_);
    return list;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> infos_, warnings_;
};

MlflowSettings settings_for(const std::string& url) {
  return {.tracking_uri = url, .experiment_name = "exp", .run_name = "myrun"};
}

MlflowPatience hasty() {
  return {.first_retry = 5ms,
          .last_retry = 20ms,
          .stall = 1s,
          .closing = 400ms,
          .closing_interrupted = 200ms,
          .closing_at_most = 5000ms};
}

template <typename Condition>
bool comes_true(Condition condition) {
  const auto end = Clock::now() + 10s;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

bool holds(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
}

class MlflowLoggerTest : public ::testing::Test {
 protected:
  Notices notices_;
  test::MlflowStub server_;
};

TEST_F(MlflowLoggerTest, ARunThatEndsWellSaysNothingButWhereItIs) {
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({{"steps", 4}});
  logger.log_scalars(3, {{"train_loss", 1.5}, {"nan", std::nan("")}});
  logger.close(RunOutcome::kFinished);
  logger.close(RunOutcome::kFailed);  // nothing more
  EXPECT_EQ(server_.ended_as(), "FINISHED");
  EXPECT_EQ(server_.requests("runs/update").size(), 1U);
  EXPECT_EQ(notices_.warnings(), std::vector<std::string>{});
  EXPECT_EQ(notices_.infos(),
            (std::vector<std::string>{"MLflow: " + server_.url() +
                                      "/#/experiments/7/runs/abc?workflowType=machine_learning"}));
  const auto body =
      nlohmann::json::parse(server_.requests("runs/log-batch").back().body).at("metrics");
  EXPECT_EQ(body[0].at("value"), 1.5);
  EXPECT_EQ(body[0].at("step"), 3);
  EXPECT_GT(body[0].at("timestamp").get<std::int64_t>(), 1'700'000'000'000);
  EXPECT_EQ(body[1].at("value"), "NaN");
}

TEST_F(MlflowLoggerTest, EachEndHasItsStatus) {
  for (const auto& [outcome, status] :
       {std::pair<RunOutcome, const char*>{RunOutcome::kFailed, "FAILED"},
        {RunOutcome::kInterrupted, "KILLED"}}) {
    test::MlflowStub server;
    MlflowLogger logger(settings_for(server.url()), false, notices_.hooks(), hasty());
    logger.log_hyperparameters({});
    logger.close(outcome);
    EXPECT_EQ(server.ended_as(), status);
  }
  test::MlflowStub server;
  {
    MlflowLogger logger(settings_for(server.url()), false, notices_.hooks(), hasty());
    logger.log_hyperparameters({});
  }
  EXPECT_EQ(server.ended_as(), "FAILED") << "nobody closed it";
}

TEST_F(MlflowLoggerTest, ParametersGoInBatches) {
  Value settings;
  for (int i = 0; i < 250; ++i) settings["key" + std::to_string(i)] = i;
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters(settings);
  logger.close(RunOutcome::kFinished);
  std::vector<std::size_t> sizes;
  for (const auto& request : server_.requests("runs/log-batch"))
    sizes.push_back(nlohmann::json::parse(request.body).at("params").size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{100, 100, 50}));
}

TEST_F(MlflowLoggerTest, AnEventWithMoreThanAThousandNumbersIsCut) {
  Scalars scalars;
  for (int i = 0; i < 2500; ++i) scalars.emplace_back("map_" + std::to_string(i), 0.5);
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.log_scalars(0, scalars);
  logger.close(RunOutcome::kFinished);
  EXPECT_EQ(server_.requests("runs/log-batch").size(), 3U);
  EXPECT_EQ(server_.metrics().size(), 2500U);
}

TEST_F(MlflowLoggerTest, WaitsForAServerThatComesBack) {
  server_.add_rule({.path_part = "", .status = 503});
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  const auto begin = Clock::now();
  logger.log_hyperparameters({{"steps", 4}});
  for (std::int64_t step = 0; step < 100; ++step) logger.log_scalars(step, {{"train_loss", 1}});
  EXPECT_LT(Clock::now() - begin, 200ms) << "logging waits for the server";
  ASSERT_TRUE(comes_true([&] { return server_.requests().size() > 3; }));
  server_.clear_rules();
  ASSERT_TRUE(comes_true([&] { return server_.metrics().size() == 100; }));
  EXPECT_LT(server_.requests("runs/log-batch").size(), 10U) << "what waited goes together";
  logger.log_scalars(100, {{"train_loss", 1}});
  logger.close(RunOutcome::kFinished);
  std::int64_t step = 0;
  for (const auto& metric : server_.metrics()) EXPECT_EQ(metric.second, step++);
  EXPECT_EQ(step, 101);
  EXPECT_EQ(server_.ended_as(), "FINISHED");
  ASSERT_EQ(notices_.warnings().size(), 1U);
  EXPECT_TRUE(holds(notices_.warnings(), "503")) << notices_.warnings()[0];
  EXPECT_TRUE(holds(notices_.infos(), "there again"));
}

TEST_F(MlflowLoggerTest, WarnsOnceOfSeveralOutages) {
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  for (std::int64_t step = 0; step < 3; ++step) {
    server_.add_rule({.path_part = "log-batch", .status = 500, .times = 2});
    logger.log_scalars(step, {{"train_loss", 1}});
    const auto sent = static_cast<std::size_t>(step) * 3 + 3;
    ASSERT_TRUE(comes_true([&] { return server_.requests("log-batch").size() == sent; }));
  }
  logger.close(RunOutcome::kFinished);
  EXPECT_EQ(notices_.warnings().size(), 1U);
}

TEST_F(MlflowLoggerTest, AServerThatIsNotThereEndsNothingAndHoldsNothingForLong) {
  std::string url;
  {
    const test::MlflowStub gone;
    url = gone.url();
  }
  MlflowLogger logger(settings_for(url), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({{"steps", 4}});
  logger.log_scalars(0, {{"train_loss", 1}});
  logger.log_image(0, "train_images/labels_0", {.png = std::vector<std::byte>(10)});
  const auto begin = Clock::now();
  logger.close(RunOutcome::kFinished);
  EXPECT_LT(Clock::now() - begin, 3s);
  ASSERT_EQ(notices_.warnings().size(), 2U);
  EXPECT_NE(notices_.warnings()[0].find("cannot be used at the moment"), std::string::npos);
  EXPECT_NE(notices_.warnings()[1].find("lacks 1 log event, 1 picture and the end of this run"),
            std::string::npos)
      << notices_.warnings()[1];
}

TEST_F(MlflowLoggerTest, AServerThatHangsHoldsNothingForLong) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_over = false;
  test::LoopbackServer hanging([&](const test::HttpRequest&) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_over; });
    return test::HttpResponse{};
  });
  MlflowPatience patience = hasty();
  patience.stall = 600s;  // close itself must cut the call off
  MlflowLogger logger(settings_for(hanging.url()), false, notices_.hooks(), patience);
  logger.log_hyperparameters({});
  ASSERT_TRUE(comes_true([&] { return !hanging.requests().empty(); }));
  const auto begin = Clock::now();
  logger.log_scalars(0, {{"train_loss", 1}});
  EXPECT_LT(Clock::now() - begin, 100ms);
  logger.close(RunOutcome::kInterrupted);
  EXPECT_LT(Clock::now() - begin, 4s);
  EXPECT_TRUE(holds(notices_.warnings(), "lacks 1 log event and the end of this run"));
  const std::lock_guard lock(mutex);
  is_over = true;
  changed.notify_all();
}

TEST_F(MlflowLoggerTest, WhatDoesNotFitIsDroppedAndCounted) {
  server_.add_rule({.path_part = "", .status = 503});
  MlflowPatience patience = hasty();
  patience.queue_bytes = 4096;
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), patience);
  logger.log_hyperparameters({});
  for (std::int64_t step = 0; step < 1000; ++step) logger.log_scalars(step, {{"train_loss", 1}});
  EXPECT_TRUE(holds(notices_.warnings(), "the oldest pictures"));
  server_.clear_rules();
  logger.close(RunOutcome::kFinished);
  const auto metrics = server_.metrics();
  ASSERT_FALSE(metrics.empty());
  EXPECT_EQ(metrics.back().second, 999) << "the newest stay";
  const std::string missing = std::to_string(1000 - metrics.size()) + " log events";
  EXPECT_TRUE(holds(notices_.warnings(), "lacks " + missing)) << notices_.warnings().back();
  EXPECT_EQ(server_.ended_as(), "FINISHED");
}

TEST_F(MlflowLoggerTest, WhatTheServerRefusesIsToldOnceAndTheRestGoesOn) {
  server_.add_rule({.path_part = "log-batch",
                    .status = 400,
                    .body = R"({"error_code": "INVALID_PARAMETER_VALUE", "message": "bad key"})",
                    .times = 2});
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  for (std::int64_t step = 0; step < 3; ++step) logger.log_scalars(step, {{"train_loss", 1}});
  logger.close(RunOutcome::kFinished);
  EXPECT_EQ(server_.ended_as(), "FINISHED");
  ASSERT_EQ(notices_.warnings().size(), 2U);
  EXPECT_NE(notices_.warnings()[0].find("bad key"), std::string::npos);
  EXPECT_NE(notices_.warnings()[1].find("lacks 2 log events of this run"), std::string::npos);
}

TEST_F(MlflowLoggerTest, ARunThatTheServerWillNotHaveGivesUpAtOnce) {
  server_.add_rule({.path_part = "experiments/create",
                    .status = 400,
                    .body = R"({"error_code": "INVALID_PARAMETER_VALUE", "message": "bad name"})"});
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  ASSERT_TRUE(comes_true([&] { return !notices_.warnings().empty(); }));
  EXPECT_NE(notices_.warnings()[0].find("bad name"), std::string::npos);
  logger.log_scalars(0, {{"train_loss", 1}});
  logger.close(RunOutcome::kFinished);
  EXPECT_TRUE(holds(notices_.warnings(), "lacks 1 log event and the end of this run"));
  EXPECT_TRUE(server_.requests("runs/create").empty());
}

TEST_F(MlflowLoggerTest, ARunIsNotMadeTwiceWhenAnAnswerIsLost) {
  server_.add_rule({.path_part = "runs/create", .status = 504, .times = 1});
  server_.set_found(R"({"runs": [{"info": {"run_id": "abc", "experiment_id": "7"}}]})");
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.close(RunOutcome::kFinished);
  EXPECT_EQ(server_.requests("runs/create").size(), 1U);
  const auto search = nlohmann::json::parse(server_.requests("runs/search").at(0).body);
  EXPECT_EQ(search.at("filter").get<std::string>().find("attributes.start_time = "), 0U);
  EXPECT_EQ(server_.ended_as(), "FINISHED");
}

TEST_F(MlflowLoggerTest, AResumedRunGoesOnUnderItsName) {
  server_.set_found(
      R"({"runs": [{"info": {"run_id": "old", "experiment_id": "7"},
                    "data": {"params": [{"key": "steps", "value": "4"}]}}]})");
  MlflowLogger logger(settings_for(server_.url()), true, notices_.hooks(), hasty());
  logger.log_hyperparameters({{"steps", 8}, {"resume_interrupted", true}});
  logger.log_scalars(5, {{"train_loss", 1}});
  logger.close(RunOutcome::kFinished);
  EXPECT_TRUE(server_.requests("runs/create").empty());
  const auto search = nlohmann::json::parse(server_.requests("runs/search").at(0).body);
  EXPECT_EQ(search.at("filter"), "tags.mlflow.runName = 'myrun'");
  EXPECT_EQ(search.at("order_by"), nlohmann::json({"attributes.start_time DESC"}));
  const auto update = nlohmann::json::parse(server_.requests("runs/update").at(0).body);
  EXPECT_EQ(update.at("status"), "RUNNING");
  const auto parameters = nlohmann::json::parse(server_.requests("log-batch").at(0).body);
  EXPECT_EQ(parameters.at("run_id"), "old");
  ASSERT_EQ(parameters.at("params").size(), 1U) << "parameters of a run cannot change";
  EXPECT_EQ(parameters.at("params")[0].at("key"), "resume_interrupted");
  EXPECT_EQ(server_.ended_as(), "FINISHED");
}

TEST_F(MlflowLoggerTest, AResumeThatFindsNothingSaysSoAndBeginsAnew) {
  {
    MlflowLogger logger(settings_for(server_.url()), true, notices_.hooks(), hasty());
    logger.log_hyperparameters({});
    logger.close(RunOutcome::kFinished);
  }
  EXPECT_TRUE(holds(notices_.warnings(), "no run 'myrun'"));
  MlflowSettings nameless = settings_for(server_.url());
  nameless.run_name.reset();
  MlflowLogger logger(nameless, true, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.close(RunOutcome::kFinished);
  EXPECT_TRUE(holds(notices_.warnings(), "logger_args.mlflow.run_name"));
  EXPECT_EQ(server_.requests("runs/create").size(), 2U);
}

TEST_F(MlflowLoggerTest, ARunIdGoesOnWithThatRun) {
  MlflowSettings settings = settings_for(server_.url());
  settings.run_id = "abc";
  settings.experiment_name.clear();
  MlflowLogger logger(settings, false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.close(RunOutcome::kFinished);
  EXPECT_TRUE(server_.requests("experiments/").empty());
  EXPECT_EQ(server_.requests("runs/get?run_id=abc").size(), 1U);
  EXPECT_EQ(server_.ended_as(), "FINISHED");
}

TEST_F(MlflowLoggerTest, ModelsAreUploadedAtTheEndOrAlways) {
  const test::TemporaryFolder folder;
  const std::filesystem::path model = folder / "exported_best.pt";
  std::ofstream(model) << "weights";
  const std::string target =
      "/api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/checkpoints/exported_best.pt";
  struct Case {
    ModelUpload when;
    RunOutcome outcome;
    std::size_t uploads;
  };
  for (const Case& each : {Case{ModelUpload::kNever, RunOutcome::kFinished, 0},
                           Case{ModelUpload::kAtTheEnd, RunOutcome::kFinished, 1},
                           Case{ModelUpload::kAtTheEnd, RunOutcome::kInterrupted, 0},
                           Case{ModelUpload::kAlways, RunOutcome::kInterrupted, 1}}) {
    test::MlflowStub server;
    MlflowSettings settings = settings_for(server.url());
    settings.log_model = each.when;
    MlflowLogger logger(settings, false, notices_.hooks(), hasty());
    logger.log_hyperparameters({});
    logger.log_model(model);
    logger.close(each.outcome);
    const auto uploads = server.requests(target);
    ASSERT_EQ(uploads.size(), each.uploads);
    if (!uploads.empty()) EXPECT_EQ(uploads[0].body, "weights");
  }
  EXPECT_EQ(notices_.warnings(), std::vector<std::string>{});
}

TEST_F(MlflowLoggerTest, PicturesInAnotherStoreAreLeftOutWithAWord) {
  server_.add_rule({.path_part = "runs/get",
                    .status = 200,
                    .body = R"({"run": {"info": {"artifact_uri": "s3://bucket/7/abc"}}})"});
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.log_image(0, "a", {});
  logger.log_image(1, "a", {});
  logger.close(RunOutcome::kFinished);
  ASSERT_EQ(notices_.warnings().size(), 1U);
  EXPECT_NE(notices_.warnings()[0].find("s3://bucket/7/abc"), std::string::npos);
  EXPECT_EQ(server_.ended_as(), "FINISHED");
}

TEST_F(MlflowLoggerTest, CredentialsComeFromTheEnvironment) {
  const test::ScopedVariable user("MLFLOW_TRACKING_USERNAME", "Aladdin");
  const test::ScopedVariable password("MLFLOW_TRACKING_PASSWORD", "open sesame");
  {
    MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
    logger.log_hyperparameters({});
    logger.close(RunOutcome::kFinished);
  }
  EXPECT_EQ(server_.requests().at(0).header("authorization"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617
  const test::ScopedVariable nobody("MLFLOW_TRACKING_USERNAME", std::nullopt);
  const test::ScopedVariable token("MLFLOW_TRACKING_TOKEN", "t0ken");
  MlflowLogger logger(settings_for(server_.url()), false, notices_.hooks(), hasty());
  logger.log_hyperparameters({});
  logger.close(RunOutcome::kFinished);
  EXPECT_EQ(server_.requests().back().header("authorization"), "Bearer t0ken");
}

}  // namespace
}  // namespace saker

// The calls of the reference for the same run.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "golden.hpp"
#include "loggers/mlflow_logger.hpp"
#include "mlflow_stub.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

std::string without(const std::string& text, const char* pattern, const char* placeholder) {
  return std::regex_replace(text, std::regex(pattern), placeholder);
}

// Method, target and the keys of the body, with placeholders for what differs between runs.
Json describe(const std::string& method, const std::string& target, const Json& body) {
  std::string path = without(target, "abc", "<run_id>");
  path = without(path, R"(timestamp\+\d+\+)", "timestamp+<ms>+");
  path = without(path, "[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid4>");
  Json facts = {{"method", method}, {"target", path}, {"keys", Json::object()}};
  if (!body.is_object()) return facts;
  std::set<std::string> keys;
  for (const auto& [key, value] : body.items()) keys.insert(key);
  for (const std::string& key : keys) {
    Json inner = Json::array();
    if (body.at(key).is_array()) {
      for (const auto& element : body.at(key)) {
        std::set<std::string> members;
        for (const auto& [member, value] : element.items()) members.insert(member);
        inner.push_back({element.at("key"), members});
      }
    }
    facts["keys"][key] = inner;
  }
  return facts;
}

std::string tag_of(const std::string& path) {
  const std::size_t begin = path.find("images/") + 7;
  std::string tag = path.substr(begin, path.find("+step+") - begin);
  std::replace(tag.begin(), tag.end(), '~', '/');
  return tag;
}

std::int64_t step_of(const std::string& path) {
  return std::stoll(path.substr(path.find("+step+") + 6));
}

// Logs what the golden's run logged.
void replay(const Json& calls, MlflowLogger& logger) {
  for (const Json& call : calls) {
    const Json& body = call.at("body");
    const auto path = call.at("path").get<std::string>();
    if (body.is_object() && body.contains("params")) {
      Value settings;
      for (const Json& parameter : body.at("params"))
        settings[parameter.at("key").get<std::string>()] = parameter.at("value").get<std::string>();
      logger.log_hyperparameters(settings);
    } else if (body.is_object() && body.contains("metrics")) {
      Scalars scalars;
      for (const Json& metric : body.at("metrics"))
        scalars.emplace_back(metric.at("key").get<std::string>(), 0.5);
      logger.log_scalars(body.at("metrics")[0].at("step").get<std::int64_t>(), scalars);
    } else if (path.ends_with(".png")) {
      logger.log_image(step_of(path), tag_of(path), {});
    }
  }
}

TEST(MlflowCalls, AreThoseOfTheReferenceAndTheEndOfTheRun) {
  SAKER_GOLDEN(path, "platform/mlflow_calls.json");
  const Json golden = test::read_json(path);
  test::MlflowStub server;
  MlflowLogger logger({.tracking_uri = server.url(),
                       .experiment_name = "exp",
                       .run_name = "myrun",
                       .tags = {{"team", "x"}}},
                      false,
                      {});
  replay(golden, logger);
  logger.close(RunOutcome::kFinished);

  std::vector<Json> expected, sent;
  for (const Json& call : golden) {
    std::string target = call.at("path").get<std::string>();
    if (const auto query = call.at("query").get<std::string>(); !query.empty())
      target += "?" + query;
    expected.push_back(describe(call.at("method").get<std::string>(), target, call.at("body")));
  }
  expected.push_back(describe(
      "POST", "/api/2.0/mlflow/runs/update", {{"run_id", ""}, {"status", ""}, {"end_time", 0}}));
  for (const test::HttpRequest& request : server.requests()) {
    sent.push_back(
        describe(request.method, request.path, Json::parse(request.body, nullptr, false)));
  }
  ASSERT_EQ(sent.size(), expected.size());
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i], expected[i]) << i;
}

}  // namespace
}  // namespace saker

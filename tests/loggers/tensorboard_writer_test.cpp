#include "loggers/tensorboard_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <variant>

#include "core/file.hpp"
#include "golden.hpp"
#include "loggers/event_record.hpp"
#include "loggers/flat_settings.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "tensorboard_event.pb.h"

namespace saker {
namespace {

namespace proto = saker_tensorboard;
using nlohmann::json;

std::vector<proto::Event> read_events(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  std::string_view rest = text;
  std::vector<proto::Event> events;
  while (const auto payload = take_record(rest)) {
    if (!events.emplace_back().ParseFromArray(payload->data(), static_cast<int>(payload->size()))) {
      throw std::runtime_error("no event");
    }
  }
  return events;
}

// An event in the form of run_events.json.
json describe(const proto::Event& event) {
  if (event.what_case() == proto::Event::kFileVersion)
    return {{"file_version", event.file_version()}};
  const proto::Summary::Value& value = event.summary().value(0);
  json facts = {{"step", event.step()},
                {"tag", value.tag()},
                {"plugin", value.metadata().plugin_data().plugin_name()}};
  switch (value.value_case()) {
    case proto::Summary::Value::kSimpleValue:
      facts["kind"] = "simple_value";
      facts["finite"] = std::isfinite(value.simple_value());
      break;
    case proto::Summary::Value::kImage:
      facts["kind"] = "image";
      facts["height"] = value.image().height();
      facts["width"] = value.image().width();
      facts["colorspace"] = value.image().colorspace();
      facts["format"] =
          value.image().encoded_image_string().starts_with("\x89PNG") ? "png" : "unknown";
      break;
    default:
      facts["kind"] = "metadata_only";
  }
  return facts;
}

proto::HParams hparams_of(const proto::Event& event) {
  proto::HParams content;
  content.ParseFromString(event.summary().value(0).metadata().plugin_data().content());
  return content;
}

std::map<std::string, json> settings_of(const proto::HParams& content) {
  std::map<std::string, json> settings;
  for (const proto::HParams::Entry& entry : content.session_start_info().hparams()) {
    if (entry.value().kind_case() == proto::HParams::Setting::kNumberValue) {
      settings[entry.key()] = {"number_value", entry.value().number_value()};
    } else {
      settings[entry.key()] = {"string_value", entry.value().string_value()};
    }
  }
  return settings;
}

TEST(TensorBoardEvents, TheGoldenFileIsUnderstood) {
  SAKER_GOLDEN(path, "platform/events.out.tfevents.0.host.0.0");
  SAKER_GOLDEN(facts_path, "platform/run_events.json");
  const json expected = test::read_json(facts_path);
  const std::vector<proto::Event> events = read_events(path);
  ASSERT_EQ(events.size(), expected.at("events").size());
  for (std::size_t i = 0; i < events.size(); ++i)
    EXPECT_EQ(describe(events[i]), expected.at("events")[i]) << i;
  EXPECT_EQ(settings_of(hparams_of(events[3])).size(), expected.at("hparams").size());
}

TEST(TensorBoardWriter, WritesTheGoldenRunsEvents) {
  SAKER_GOLDEN(facts_path, "platform/run_events.json");
  const json expected = test::read_json(facts_path);
  const test::TemporaryFolder folder;
  TensorBoardWriter writer(folder.path());
  Value settings;
  for (const auto& [key, value] : expected.at("hparams").items()) {
    settings[key] = value[0] == "number_value" ? Value(value[1].get<double>())
                                               : Value(value[1].get<std::string>());
  }
  writer.log_hyperparameters(settings);
  for (std::size_t i = 5; i < expected.at("events").size(); ++i) {
    const json& event = expected.at("events")[i];
    if (event.at("kind") == "image") {
      const std::string png = "\x89PNG";
      const auto* bytes = reinterpret_cast<const std::byte*>(png.data());
      writer.log_image(event.at("step"),
                       event.at("tag"),
                       {{bytes, bytes + png.size()}, event.at("height"), event.at("width")});
    } else {
      writer.log_scalars(event.at("step"), {{event.at("tag"), 0.5}});
    }
  }
  writer.close(RunOutcome::kFinished);

  const std::vector<proto::Event> events = read_events(writer.path());
  json described = json::array();
  for (const proto::Event& event : events) described.push_back(describe(event));
  EXPECT_EQ(described, expected.at("events"));

  EXPECT_EQ(json(settings_of(hparams_of(events[3]))), expected.at("hparams"));
  EXPECT_EQ(events[1].summary().value(0).simple_value(), -1);
  EXPECT_EQ(hparams_of(events[4]).session_end_info().status(), proto::HParams::STATUS_SUCCESS);
}

// The reference's records but for time stamps and the order of its maps.
TEST(TensorBoardWriter, HparamsRecordsHaveTheGoldensBytes) {
  SAKER_GOLDEN(path, "platform/events.out.tfevents.0.host.0.0");
  const std::vector<proto::Event> golden = read_events(path);
  const proto::HParams start = hparams_of(golden[3]), experiment = hparams_of(golden[2]);
  std::map<std::string, json> values = settings_of(start);
  Value settings;
  for (const proto::HParams::Info& info : experiment.experiment().hparam_infos()) {
    const json& value = values.at(info.name());
    settings[info.name()] = value[0] == "number_value" ? Value(value[1].get<double>())
                                                       : Value(value[1].get<std::string>());
  }
  const test::TemporaryFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.log_hyperparameters(settings);
  writer.close(RunOutcome::kFinished);
  const std::vector<proto::Event> events = read_events(writer.path());
  for (const std::size_t i : {1U, 2U, 4U}) {
    EXPECT_EQ(events[i].summary().SerializeAsString(), golden[i].summary().SerializeAsString())
        << i;
  }
  EXPECT_EQ(events[0].source_metadata().writer(), golden[0].source_metadata().writer());
}

TEST(TensorBoardWriter, EventsAreOnTheDiskAtOnce) {
  const test::TemporaryFolder folder;
  TensorBoardWriter writer(folder.path());
  EXPECT_EQ(read_events(writer.path()).size(), 1U);
  writer.log_scalars(7, {{"a", 0.0}, {"b", -2.5}});
  const std::vector<proto::Event> events = read_events(writer.path());
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].step(), 7);
  EXPECT_TRUE(events[1].summary().value(0).has_simple_value()) << "a zero must be written";
  EXPECT_EQ(events[2].summary().value(0).simple_value(), -2.5F);
  EXPECT_GT(events[2].wall_time(), 1.7e9);
}

TEST(TensorBoardWriter, TwoRunsInOneSecondHaveFilesOfTheirOwn) {
  const test::TemporaryFolder folder;
  const TensorBoardWriter first(folder / "run"), second(folder / "run");
  EXPECT_NE(first.path(), second.path());
  EXPECT_TRUE(std::regex_match(first.path().filename().string(),
                               std::regex(R"(events\.out\.tfevents\.\d+\..+\.\d+\.0)")));
}

TEST(TensorBoardWriter, FoldersPrefixAndRunMetricAreSettings) {
  const test::TemporaryFolder folder;
  TensorBoardWriter writer(
      folder.path(),
      {.name = "n", .version = "v", .sub_dir = "s/t", .default_hp_metric = false, .prefix = "p"});
  writer.log_hyperparameters({{"steps", 4}});
  writer.log_scalars(0, {{"train_loss", 1.0}});
  writer.log_image(0, "images", {{std::byte{1}}, 1, 1});
  writer.close(RunOutcome::kFinished);
  EXPECT_EQ(writer.path().parent_path(), folder / "n/v/s/t");
  std::vector<std::string> tags;
  const std::vector<proto::Event> events = read_events(writer.path());
  for (std::size_t i = 1; i < events.size(); ++i)
    tags.push_back(events[i].summary().value(0).tag());
  EXPECT_EQ(tags,
            (std::vector<std::string>{"_hparams_/experiment",
                                      "_hparams_/session_start_info",
                                      "_hparams_/session_end_info",
                                      "p-train_loss",
                                      "p-images"}));
  EXPECT_EQ(hparams_of(events[1]).experiment().metric_infos_size(), 0);
}

TEST(TensorBoardWriter, NamesTheFolderThatItCannotUse) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(TensorBoardWriter(folder / "file"), Error);
}

}  // namespace
}  // namespace saker

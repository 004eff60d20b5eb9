#include "loggers/wandb_run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <regex>

#include "core/file.hpp"
#include "environment.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "wandb_record.pb.h"
#include "wandb_records.hpp"

namespace saker {
namespace {

namespace proto = saker_wandb;

std::vector<proto::Record> read_records(const WandbRun& run, const std::string& id) {
  std::vector<proto::Record> records;
  for (const std::string& bytes :
       test::unframe_wandb(read_text_file(run.folder() / ("run-" + id + ".wandb")))) {
    if (!records.emplace_back().ParseFromString(bytes)) throw std::runtime_error("no record");
  }
  return records;
}

std::vector<proto::Record> of_kind(const std::vector<proto::Record>& records,
                                   proto::Record::KindCase kind) {
  std::vector<proto::Record> found;
  for (const proto::Record& record : records) {
    if (record.kind_case() == kind) found.push_back(record);
  }
  return found;
}

// "a" or "a/b" for nested keys a, b.
std::map<std::string, std::string> items_of(const proto::HistoryRecord& history) {
  std::map<std::string, std::string> items;
  for (const proto::Item& item : history.item()) {
    std::string key;
    for (const std::string& part : item.nested_key()) key += (key.empty() ? "" : " > ") + part;
    items[key] = item.value_json();
  }
  return items;
}

class WandbRunTest : public ::testing::Test {
 protected:
  WandbSettings settings() const {
    return {.name = "wrun", .id = "abcd1234", .project = "proj", .offline = true};
  }
  TrackerNotices hooks() {
    return {.info = [this](const std::string& text) { infos_.push_back(text); },
            .warning = [this](const std::string& text) { warnings_.push_back(text); }};
  }

  test::TemporaryFolder folder_;
  test::ScopedVariable entity_{"WANDB_ENTITY", std::nullopt};
  std::vector<std::string> infos_, warnings_;
};

TEST_F(WandbRunTest, TheFolderIsTheOneThatSyncTakes) {
  WandbRun run(folder_.path(), settings(), hooks());
  EXPECT_EQ(run.folder().parent_path(), folder_ / "wandb");
  EXPECT_TRUE(std::regex_match(run.folder().filename().string(),
                               std::regex(R"(offline-run-\d{8}_\d{6}-abcd1234)")));
  EXPECT_TRUE(std::filesystem::exists(run.folder() / "run-abcd1234.wandb"));
  EXPECT_TRUE(std::filesystem::is_directory(run.folder() / "files"));
  EXPECT_EQ(std::filesystem::canonical(folder_ / "wandb/latest-run"),
            std::filesystem::canonical(run.folder()));
  const WandbRun again(folder_.path(), settings(), hooks());
  EXPECT_NE(again.folder(), run.folder());
  EXPECT_EQ(std::filesystem::canonical(folder_ / "wandb/latest-run"),
            std::filesystem::canonical(again.folder()));
}

TEST_F(WandbRunTest, RecordsTellTheRun) {
  WandbRun run(folder_.path(), settings(), hooks());
  run.log_hyperparameters({{"steps", 4}, {"model_args", {{"lr", 0.1}}}});
  run.log_scalars(3, {{"train_loss", 1.5}, {"nan", std::nan("")}});
  run.log_scalars(3, {{"val_loss", 2.0}});
  run.close(RunOutcome::kFinished);
  const auto records = read_records(run, "abcd1234");
  std::int64_t number = 0;
  for (const proto::Record& record : records) EXPECT_EQ(record.num(), ++number);
  ASSERT_EQ(records.at(0).kind_case(), proto::Record::kHeader);
  const proto::RunRecord& about = records.at(1).run();
  EXPECT_EQ(about.run_id(), "abcd1234");
  EXPECT_EQ(about.project(), "proj");
  EXPECT_EQ(about.display_name(), "wrun");
  EXPECT_GT(about.start_time().seconds(), 1'700'000'000);
  ASSERT_EQ(about.config().update_size(), 2);
  EXPECT_EQ(about.config().update(1).key(), "model_args");
  EXPECT_EQ(about.config().update(1).value_json(), R"({"lr":0.1})");

  const auto metrics = of_kind(records, proto::Record::kMetric);
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics[1].metric().glob_name(), "*");
  EXPECT_EQ(metrics[1].metric().step_metric(), "trainer/global_step");

  const auto history = of_kind(records, proto::Record::kHistory);
  ASSERT_EQ(history.size(), 2U);
  auto first = items_of(history[0].history());
  EXPECT_EQ(first["train_loss"], "1.5");
  EXPECT_EQ(first["nan"], "NaN");
  EXPECT_EQ(first["trainer/global_step"], "3");
  EXPECT_EQ(first["_step"], "0");
  EXPECT_GT(std::stod(first["_timestamp"]), 1.7e9);
  EXPECT_GE(std::stod(first["_runtime"]), 0);
  EXPECT_EQ(items_of(history[1].history())["_step"], "1");
  EXPECT_EQ(history[1].history().step().num(), 1);
  EXPECT_EQ(of_kind(records, proto::Record::kSummary).size(), 2U);
  ASSERT_EQ(records.back().kind_case(), proto::Record::kExit);
  EXPECT_EQ(records.back().exit().exit_code(), 0);
  ASSERT_EQ(infos_.size(), 1U);
  EXPECT_NE(infos_[0].find("wandb sync " + run.folder().string()), std::string::npos);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(WandbRunTest, PicturesAreFilesThatTheHistoryNames) {
  WandbSettings with_prefix = settings();
  with_prefix.prefix = "../../p";
  WandbRun run(folder_.path(), with_prefix, hooks());
  run.log_hyperparameters({});
  run.log_image(2, "val_images/labels_0", {{std::byte{'a'}, std::byte{'b'}}, 4, 6});
  run.close(RunOutcome::kFinished);
  const auto records = read_records(run, "abcd1234");
  const auto history = of_kind(records, proto::Record::kHistory);
  ASSERT_EQ(history.size(), 1U);
  auto items = items_of(history[0].history());
  const std::string key = "../../p-val_images/labels_0";
  EXPECT_EQ(items[key + " > _type"], "\"image-file\"");
  EXPECT_EQ(items[key + " > width"], "6");
  EXPECT_EQ(items[key + " > size"], "2");
  // SHA-256 of "ab".
  const std::string hash = "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603";
  EXPECT_EQ(items[key + " > sha256"], "\"" + hash + "\"");
  const std::string path = of_kind(records, proto::Record::kFiles).at(0).files().files(0).path();
  EXPECT_EQ(items[key + " > path"], "\"" + path + "\"");
  EXPECT_TRUE(path.starts_with("media/images/") && path.find("..") == std::string::npos) << path;
  EXPECT_TRUE(path.ends_with("labels_0_0_" + hash.substr(0, 20) + ".png")) << path;
  EXPECT_EQ(read_text_file(run.folder() / "files" / path), "ab");
}

TEST_F(WandbRunTest, EachEndHasItsCode) {
  for (const auto& [outcome, code] :
       {std::pair{RunOutcome::kFailed, 1}, std::pair{RunOutcome::kInterrupted, 130}}) {
    WandbRun run(folder_.path(), settings(), hooks());
    run.log_hyperparameters({});
    run.close(outcome);
    EXPECT_EQ(read_records(run, "abcd1234").back().exit().exit_code(), code);
  }
}

TEST_F(WandbRunTest, AModelIsKeptWithTheRun) {
  WandbSettings online = settings();
  online.offline = false;
  online.log_model = ModelUpload::kAtTheEnd;
  const std::filesystem::path model = folder_ / "exported_best.pt";
  std::ofstream(model) << "weights";
  const test::ScopedVariable no_programs("PATH", (folder_.path() / "bin").string());
  WandbRun run(folder_.path(), online, hooks());
  run.log_hyperparameters({});
  run.log_model(model);
  run.log_model(model);
  run.close(RunOutcome::kFinished);
  EXPECT_EQ(read_text_file(run.folder() / "files/checkpoints/exported_best.pt"), "weights");
  const auto files = of_kind(read_records(run, "abcd1234"), proto::Record::kFiles);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].files().files(0).path(), "checkpoints/exported_best.pt");
  ASSERT_EQ(warnings_.size(), 1U) << "there is no program to upload it";
  EXPECT_NE(warnings_[0].find("pip install wandb"), std::string::npos) << warnings_[0];
  EXPECT_NE(warnings_[0].find("wandb sync " + run.folder().string()), std::string::npos);
}

TEST_F(WandbRunTest, ARunThatNobodyClosesEndsAsFailed) {
  std::filesystem::path file;
  {
    WandbRun run(folder_.path(), settings(), hooks());
    run.log_hyperparameters({});
    file = run.folder() / "run-abcd1234.wandb";
  }
  proto::Record last;
  ASSERT_TRUE(last.ParseFromString(test::unframe_wandb(read_text_file(file)).back()));
  EXPECT_EQ(last.exit().exit_code(), 1);
}

TEST_F(WandbRunTest, NamesTheFolderThatItCannotUse) {
  std::ofstream(folder_ / "wandb") << "x";
  EXPECT_THROW(WandbRun(folder_.path(), settings(), hooks()), Error);
}

}  // namespace
}  // namespace saker

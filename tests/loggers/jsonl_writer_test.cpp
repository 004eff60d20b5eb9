#include "loggers/jsonl_writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "core/file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(JsonlWriter, OneObjectALineAppended) {
  const test::TemporaryFolder folder;
  JsonlWriter first(folder / "metrics.jsonl");
  first.log_scalars(0, {{"train_loss", 1.5}, {"epoch", 0}});
  // On the disk at once, without closing.
  EXPECT_EQ(read_text_file(folder / "metrics.jsonl"),
            "{\"step\":0,\"train_loss\":1.5,\"epoch\":0.0}\n");
  first.close(RunOutcome::kFinished);
  JsonlWriter second(folder / "metrics.jsonl");
  second.log_scalars(1, {{"train_loss", std::numeric_limits<double>::quiet_NaN()}});
  second.close(RunOutcome::kFinished);
  EXPECT_EQ(read_text_file(folder / "metrics.jsonl"),
            "{\"step\":0,\"train_loss\":1.5,\"epoch\":0.0}\n{\"step\":1,\"train_loss\":null}\n");
}

TEST(JsonlWriter, BeginsAnewWhenTheFileWasRemoved) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "run");
  JsonlWriter writer(folder / "run/metrics.jsonl");
  writer.log_scalars(0, {{"a", 1}});
  std::filesystem::remove_all(folder / "run");
  writer.log_scalars(1, {{"a", 2}});  // there is no place for it
  std::filesystem::create_directory(folder / "run");
  writer.log_scalars(2, {{"a", 3}});
  EXPECT_EQ(read_text_file(folder / "run/metrics.jsonl"), "{\"step\":2,\"a\":3.0}\n");
}

TEST(JsonlWriter, NamesTheFileThatItCannotOpen) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(JsonlWriter(folder / "absent" / "metrics.jsonl"), Error);
}

}  // namespace
}  // namespace saker

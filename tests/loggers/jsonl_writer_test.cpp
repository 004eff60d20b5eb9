#include "loggers/jsonl_writer.hpp"

#include <gtest/gtest.h>

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

TEST(JsonlWriter, NamesTheFileThatItCannotOpen) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(JsonlWriter(folder / "absent" / "metrics.jsonl"), Error);
}

}  // namespace
}  // namespace saker

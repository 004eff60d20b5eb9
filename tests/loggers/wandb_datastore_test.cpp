#include "loggers/wandb_datastore.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "wandb_records.hpp"

namespace saker {
namespace {

TEST(WandbFraming, AShortRecordHasTheBytesOfTheFormat) {
  WandbFraming framing;
  EXPECT_EQ(WandbFraming::file_header(), std::string(":W&B\xE1\xBE\0", 7));
  // CRC-32 of the bytes 01 61, length 1, kind 1.
  EXPECT_EQ(framing.frame("a"),
            std::string("\x70\x72\x77\x62\x01\x00\x01"
                        "a",
                        8));
}

TEST(WandbDatastore, RecordsOfAllSizesComeBack) {
  const test::TemporaryFolder folder;
  std::vector<std::string> records;
  // Around the end of a block, where padding and pieces begin, and over several blocks.
  for (const std::size_t size : {0U, 1U, 32700U, 20U, 32741U, 32760U, 32761U, 100000U, 3U}) {
    std::string record(size, '\0');
    for (std::size_t i = 0; i < size; ++i) record[i] = static_cast<char>(i * 7 + size);
    records.push_back(record);
  }
  for (std::size_t size = 32720; size < 32775; ++size) records.emplace_back(size, 'x');
  WandbDatastore store(folder / "run.wandb");
  for (const std::string& record : records) store.append(record);
  store.close();
  EXPECT_EQ(test::unframe_wandb(read_text_file(folder / "run.wandb")), records);
}

TEST(WandbDatastore, NamesTheFileThatItCannotWrite) {
  EXPECT_THROW(WandbDatastore("/nonexistent/run.wandb"), Error);
}

}  // namespace
}  // namespace saker

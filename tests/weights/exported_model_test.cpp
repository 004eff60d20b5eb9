#include "weights/exported_model.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

using test::expect_error;

ExportedModel small_model() {
  ExportedModel model;
  model.model_class_path = "a.b.C";
  PickleDict args;
  args.set("image_size", PickleTuple{{64, 96}});
  model.init_args = args;
  model.train_model.add("ema_model.updates", torch::scalar_tensor(4, torch::kLong));
  model.train_model.add("ema_model.model.w", torch::ones({2, 3}));
  return model;
}

TEST(ExportedModel, RoundTripKeepsOrderAndForeignKeys) {
  const test::TemporaryFolder folder;
  ExportedModel model = small_model();
  model.other_keys.emplace_back("note", "kept");
  write_exported_model(folder / "exported_best.pt", model);
  const PickleValue file = read_checkpoint(folder / "exported_best.pt");
  std::vector<std::string> keys;
  for (const auto& [key, value] : file.as_dict().items) keys.push_back(key.as_string());
  EXPECT_EQ(keys,
            (std::vector<std::string>{
                "model_class_path", "model_init_args", "train_model", "license_info", "note"}));
  EXPECT_EQ(file.at("train_model").type_name(), "dict");

  const ExportedModel read = read_exported_model(folder / "exported_best.pt");
  EXPECT_EQ(read.model_class_path, "a.b.C");
  EXPECT_EQ(read.init_args, model.init_args);
  EXPECT_EQ(read.license_info, kWeightsLicense);
  EXPECT_EQ(read.other_keys.at(0).second, PickleValue("kept"));
  EXPECT_EQ(read.train_model.find("ema_model.updates")->item<std::int64_t>(), 4);
  EXPECT_TRUE(torch::equal(*read.model_weights().find("w"), torch::ones({2, 3})));
}

TEST(ExportedModel, ReadsBothGoldens) {
  SAKER_GOLDEN(exported_path, "platform/tiny_exported.pt");
  SAKER_GOLDEN(checkpoint_path, "platform/tiny_last.ckpt");
  const ExportedModel exported = read_exported_model(exported_path),
                      last = read_exported_model(checkpoint_path);
  EXPECT_TRUE(exported.other_keys.empty());
  EXPECT_EQ(last.other_keys.size(), 4U);
  EXPECT_EQ(exported.init_args, last.init_args);
  EXPECT_EQ(exported.model_weights().size(), 8U);
  for (const auto& [name, tensor] : exported.model_weights()) {
    EXPECT_TRUE(torch::equal(tensor, *last.model_weights().find(name))) << name;
  }
  EXPECT_EQ(exported.train_model.find("ema_model.updates")->item<std::int64_t>(), 12345);
}

TEST(ExportedModel, SaysWhatIsMissingOrWrong) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.pt", PickleDict{});
  expect_error(ErrorKind::kCheckpoint, {"a.pt", "train_model"}, [&] {
    read_exported_model(folder / "a.pt");
  });
  ExportedModel model = small_model();
  model.init_args = 3;
  write_exported_model(folder / "a.pt", model);
  expect_error(ErrorKind::kCheckpoint, {"a.pt", "model_init_args", "int"}, [&] {
    read_exported_model(folder / "a.pt");
  });
}

}  // namespace
}  // namespace saker

// saker convert, and predictions of what it wrote.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/file.hpp"
#include "data/synth/dataset.hpp"
#include "golden.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

TEST(Convert, ConvertedModelPredictsTheSame) {
  const test::TemporaryFolder folder;
  const std::string data = write_synthetic_dataset({.out = folder / "data",
                                                    .train_images = 4,
                                                    .val_images = 2,
                                                    .test_images = 0,
                                                    .image_width = 64,
                                                    .image_height = 64})
                               .data_yaml.string();
  const test::ProgramResult trained = test::run_program({"train",
                                                         "--out",
                                                         folder / "run",
                                                         "--model",
                                                         "picodet/s-416",
                                                         "--data",
                                                         data,
                                                         "--steps",
                                                         "1",
                                                         // From larger steps, any score may come.
                                                         "model_args.lr=0.0001",
                                                         "batch_size=2",
                                                         "transform_args.image_size=[64,64]"});
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  const std::string original = folder / "run/exported_models/exported_last.pt";
  const auto predict = [&](const std::string& model) {
    return test::run_program(
        {"predict", "--model", model, "--threshold", "0", folder / "data/images/val"});
  };
  const test::ProgramResult expected = predict(original);
  ASSERT_EQ(expected.exit_code, 0) << expected.errors;
  EXPECT_NE(expected.output.find("bbox"), std::string::npos);

  std::string last = original;
  for (const char* name : {"a.safetensors", "b.pt", "c.safetensors"}) {
    const test::ProgramResult converted = test::run_program({"convert", last, folder / name});
    ASSERT_EQ(converted.exit_code, 0) << converted.errors;
    last = folder / name;
    EXPECT_EQ(predict(last).output, expected.output) << name;
    EXPECT_TRUE(read_weights_file(last) == read_weights_file(original)) << name;
  }
  EXPECT_EQ(read_file(folder / "a.safetensors"), read_file(folder / "c.safetensors"));
}

TEST(Convert, KeepsWhatIsThere) {
  SAKER_GOLDEN(model, "platform/tiny_exported.pt");
  const test::TemporaryFolder folder;
  const std::string out = folder / "a.safetensors";
  ASSERT_EQ(test::run_program({"convert", model, out}).exit_code, 0);
  const test::ProgramResult again = test::run_program({"convert", model, out});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_NE(again.errors.find("--overwrite"), std::string::npos) << again.errors;
  EXPECT_EQ(test::run_program({"convert", "--overwrite", out, out}).exit_code, 0);
  EXPECT_TRUE(read_weights_file(out) == read_weights_file(model));
}

TEST(Convert, NamesWhatItLeavesOut) {
  SAKER_GOLDEN(checkpoint, "platform/tiny_last.ckpt");
  const test::TemporaryFolder folder;
  const test::ProgramResult result =
      test::run_program({"convert", checkpoint, folder / "a.safetensors"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_NE(result.errors.find("Left out: train_dataloader (argparse.Namespace)"),
            std::string::npos)
      << result.errors;
}

TEST(Convert, BadInputs) {
  SAKER_GOLDEN(model, "platform/tiny_exported.pt");
  const test::TemporaryFolder folder;
  EXPECT_EQ(test::run_program({"convert", folder / "absent.pt", folder / "a.pt"}).exit_code, 1);
  const test::ProgramResult ending = test::run_program({"convert", model, folder / "a.onnx"});
  EXPECT_EQ(ending.exit_code, 2);
  EXPECT_NE(ending.errors.find(".safetensors"), std::string::npos) << ending.errors;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace saker

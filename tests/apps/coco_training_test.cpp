// The same data as YOLO and as COCO files train to the same weights and measure the same numbers.
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

class CocoTraining : public ::testing::Test {
 protected:
  // Trains three steps; the numbers of both splits, as `saker evaluate --json` writes them.
  std::string train_and_evaluate(const std::string& data, const std::string& name) {
    const std::string out = folder_ / name;
    const test::ProgramResult trained = test::run_program(test::small_training(out, data, 3));
    EXPECT_EQ(trained.exit_code, 0) << trained.errors;
    std::string numbers;
    for (const char* split : {"train", "val"}) {
      const std::string json = folder_ / (name + split + ".json");
      const test::ProgramResult evaluated =
          test::run_program({"evaluate",
                             "--model",
                             out + "/exported_models/exported_last.pt",
                             "--data",
                             data,
                             "--split",
                             split,
                             "--json",
                             json});
      EXPECT_EQ(evaluated.exit_code, 0) << evaluated.errors;
      numbers += read_text_file(json);
    }
    return numbers;
  }

  test::TemporaryFolder folder_;
};

TEST_F(CocoTraining, IsThatOfTheSameYoloData) {
  const std::string yolo = write_synthetic_dataset({.out = folder_ / "yolo",
                                                    .train_images = 6,
                                                    .val_images = 4,
                                                    .test_images = 0,
                                                    .image_width = 96,
                                                    .image_height = 64})
                               .data_yaml.string();
  const std::string coco = folder_ / "coco";
  const test::ProgramResult converted =
      test::run_program({"data", "convert", yolo, coco, "--to", "coco"});
  ASSERT_EQ(converted.exit_code, 0) << converted.errors;
  EXPECT_EQ(train_and_evaluate(yolo, "a"), train_and_evaluate(coco + "/data.yaml", "b"));
  EXPECT_TRUE(read_checkpoint(folder_ / "a/checkpoints/last.ckpt").at("train_model") ==
              read_checkpoint(folder_ / "b/checkpoints/last.ckpt").at("train_model"));
}

}  // namespace
}  // namespace saker

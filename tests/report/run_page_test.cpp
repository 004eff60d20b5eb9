#include "report/run_page.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/json.hpp"
#include "report/validation_section.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

RunRecord small_run() {
  RunRecord run;
  run.folder = "out/cells & more";
  run.settings = Value{{"model", "picodet/s-416"}, {"steps", 4}, {"data", {{"path", "<d>"}}}};
  run.scalars["train_loss"] = {{1, 3}, {2, 2}};
  run.scalars["train_loss/loss_vfl"] = {{1, 3}, {2, 2}};
  run.scalars["val_metric/map"] = {{2, 0.25}, {4, 0.125}};
  run.scalars["profiling/train_step_time_sec"] = {{2, 0.5}};
  run.scalars["profiling/train_data_time_sec"] = {{2, 0.1}};
  run.step = 3;
  run.steps = 4;
  run.system = Value{{"processor", "a <fast> one"}, {"memory_bytes", 2147483648.0}};
  return run;
}

TEST(RunPage, ShowsWhereTheRunStands) {
  const std::string page = run_page(small_run());
  for (const char* text : {"cells &amp; more",
                           "picodet/s-416",
                           "&lt;d&gt;",
                           "3 of 4",
                           "0.250",
                           "best mAP, step 2",
                           "20 %",
                           "a &lt;fast&gt; one",
                           "2.0 GiB",
                           "Parts of the training loss",
                           "not finished"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  for (const char* text : {"<d>", "<fast>", "<script", "http:", "https:", "Validation batch"})
    EXPECT_EQ(page.find(text), std::string::npos) << text;
}

TEST(RunPage, OfAnEmptyRunIsAPage) {
  RunRecord run;
  run.folder = "out";
  const std::string page = run_page(run);
  EXPECT_NE(page.find("no step logged yet"), std::string::npos);
  EXPECT_EQ(page.find("nan"), std::string::npos);
}

TEST(RunPage, HoldsItsPictures) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "val_predictions_0.jpg") << "not looked into";
  RunRecord run = small_run();
  run.pictures = {folder / "val_predictions_0.jpg", folder / "val_labels_0.jpg"};
  const std::string page = run_page(run);
  EXPECT_NE(page.find("data:image/jpeg;base64,"), std::string::npos);
  EXPECT_NE(page.find("Validation batch 0, detected"), std::string::npos);
  EXPECT_NE(page.find("val_labels_0.jpg"), std::string::npos);  // went away: said so
}

TEST(ValidationSection, ShowsClassesAndCurves) {
  const std::string html = validation_section(parse_json(
      R"({"step": 99, "all": {"curve": [[0.9, 1, 0.5], [0.1, 0.5, 1]]},
          "classes": [{"name": "a<b", "truths": 3, "ap": 0.5, "ap_50": 0.75,
                       "best": {"score": 0.4, "precision": 0.9, "recall": 0.8, "f1": 0.85},
                       "curve": [[0.9, 1, 0.5]]},
                      {"name": "never", "truths": 0, "ap": -1, "ap_50": -1, "best": null}]})",
      "test"));
  for (const char* text : {"a&lt;b", "0.850", "0.750", "step 100", "never", "<svg"})
    EXPECT_NE(html.find(text), std::string::npos) << text;
}

TEST(ValidationSection, LeavesOutWhatHasAnotherType) {
  for (const char* text : {"{}",
                           "[]",
                           R"({"classes": 3})",
                           R"({"classes": [3, {"name": 4, "truths": "x", "curve": 1}]})",
                           R"({"classes": [{"truths": 1, "curve": [1, [2], ["a", "b", "c"]]}]})"})
    EXPECT_EQ(validation_section(parse_json(text, "test")).find("nan"), std::string::npos) << text;
}

}  // namespace
}  // namespace saker

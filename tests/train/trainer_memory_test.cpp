// Steps that do not fit into memory.
#include <gtest/gtest.h>

#include "core/stop_request.hpp"
#include "error_message.hpp"
#include "toy_run.hpp"

namespace saker {
namespace {

TrainingPlan plan_of(std::int64_t batch_size, std::int64_t accumulation, std::int64_t steps = 4) {
  TrainingPlan plan;
  plan.steps = steps;
  plan.batch_size = batch_size;
  plan.accumulation = accumulation;
  plan.validate_every = steps;
  return plan;
}

bool near(const test::ToyDetector& a, const test::ToyDetector& b) {
  return torch::allclose(a.linear->weight, b.linear->weight, 1e-6, 1e-7) &&
         torch::allclose(a.linear->bias, b.linear->bias, 1e-6, 1e-7);
}

TEST(TrainerMemory, AStepThatDoesNotFitIsRunAgainInParts) {
  const test::ToyRuns runs;
  for (const bool in_backward : {false, true}) {
    test::ToyDetector whole, parts;
    runs.run("whole", plan_of(4, 1), whole);
    parts.fits = [](std::int64_t images, std::uint64_t) { return images <= 1; };
    parts.fails_in_backward = in_backward;
    const std::string name = in_backward ? "backward" : "forward";
    EXPECT_EQ(runs.run(name, plan_of(4, 1), parts).steps, 4);
    EXPECT_TRUE(near(whole, parts)) << name;
    EXPECT_EQ(parts.failures, 2) << name;  // with 4 and with 2 images
    EXPECT_EQ(parts.norm->num_batches_tracked.item<std::int64_t>(), 16) << name;
    EXPECT_TRUE(test::contains(runs.log(name),
                               "Step 1 did not fit into memory (CUDA out of memory. Tried to "
                               "allocate 2.00 GiB). From here on each batch of 4 images is "
                               "computed in 4 parts. Next time set batch_size=1 "
                               "gradient_accumulation_steps=4"))
        << runs.log(name);
  }
}

// The second batch of step 2 fails: the first one's gradients and passes are undone too.
TEST(TrainerMemory, TheWholeStepIsRunAgain) {
  const test::ToyRuns runs;
  test::ToyDetector whole, parts;
  runs.run("whole", plan_of(2, 2), whole);
  parts.fits = [](std::int64_t images, std::uint64_t batch) { return images <= 1 || batch < 3; };
  runs.run("parts", plan_of(2, 2), parts);
  EXPECT_TRUE(near(whole, parts));
  EXPECT_EQ(parts.failures, 1);
  EXPECT_EQ(parts.norm->num_batches_tracked.item<std::int64_t>(), 2 + 3 * 4);
  EXPECT_TRUE(test::contains(runs.log("parts"), "batch_size=1 gradient_accumulation_steps=4"));
}

TEST(TrainerMemory, AResumedRunBeginsInParts) {
  const test::ToyRuns runs;
  test::ToyDetector whole, broken, resumed;
  const auto fits = [](std::int64_t images, std::uint64_t) { return images <= 2; };
  whole.fits = broken.fits = resumed.fits = fits;
  runs.run("whole", plan_of(4, 1), whole);
  request_stop();
  test::message_of(ErrorKind::kInterrupted, [&] { runs.run("broken", plan_of(4, 1), broken); });
  EXPECT_EQ(runs.run("broken", plan_of(4, 1), resumed, true).steps, 4);
  EXPECT_EQ(broken.failures, 1);
  EXPECT_EQ(resumed.failures, 0);
  EXPECT_TRUE(torch::equal(whole.linear->weight, resumed.linear->weight));
}

TEST(TrainerMemory, OneImageThatDoesNotFitIsAnErrorWithARemedy) {
  const test::ToyRuns runs;
  test::ToyDetector model;
  model.fits = [](std::int64_t, std::uint64_t) { return false; };
  const std::string message =
      test::message_of(ErrorKind::kUnsupported, [&] { runs.run("run", plan_of(4, 1), model); });
  EXPECT_TRUE(test::contains(message, "not even one image at a time")) << message;
  EXPECT_TRUE(test::contains(message, "transform_args.image_size")) << message;
  EXPECT_EQ(model.failures, 3);
}

}  // namespace
}  // namespace saker

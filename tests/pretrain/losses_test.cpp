// The losses and centrings against the reference's, on logits: prototypes are the unit matrix.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <string>

#include "pretrain/centering.hpp"
#include "pretrain/koleo_loss.hpp"
#include "pretrain/prototype_loss.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr std::int64_t kPrototypes = 96, kImages = 6, kLocalViews = 3;
constexpr test::Tolerance kTolerance{1e-6, 1e-5};

std::string numbered(const std::string& name, int step) { return name + std::to_string(step); }

torch::Tensor logits_of(const std::string& name, std::int64_t rows, double bound) {
  return test::uniform_tensor(name, {rows, kPrototypes}, -bound, bound);
}

PrototypeLossPart part_of(const torch::Tensor& targets, double mass, const torch::Tensor& weights) {
  return {.rows = targets.size(0),
          .targets = [targets](std::int64_t first,
                               std::int64_t count) { return targets.narrow(0, first, count); },
          .mass = mass,
          .row_weights = weights};
}

TEST(DinoLoss, StepsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/losses.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor unit = torch::eye(kPrototypes);
  const torch::Tensor buffer = torch::zeros({1, kPrototypes});
  MovingCenter center(buffer, 0.9);
  for (int step = 0; step < 3; ++step) {
    const double temperature = 0.04 + 0.01 * step;
    const torch::Tensor teacher = logits_of(numbered("pretrain/dino/teacher", step), 12, 0.4);
    EXPECT_TRUE(
        test::near(buffer, golden.full(numbered("dino.center.", step) + ".used"), kTolerance));
    const torch::Tensor targets =
        centered_probabilities(prototype_logits(teacher, unit), center.values(), temperature);
    EXPECT_TRUE(test::near(targets, golden.full(numbered("dino.teacher_prob.", step)), kTolerance));
    center.collect(teacher);
    center.update(unit, {});
    // The means over rows of several batches are one.
    const torch::Tensor both = targets.narrow(0, 0, kImages) + targets.narrow(0, kImages, kImages);
    const torch::Tensor global =
        logits_of(numbered("pretrain/dino/student_global", step), 12, 1).requires_grad_();
    const torch::Tensor local =
        logits_of(numbered("pretrain/dino/student_local", step), 18, 1).requires_grad_();
    for (const std::int64_t chunk : {0, 5}) {
      const PrototypeLoss of_global = prototype_loss(
          global, unit, {part_of(targets, 1, torch::full({12}, 1.0 / 12))}, 0.1, chunk);
      const PrototypeLoss of_local = prototype_loss(
          local,
          unit,
          {part_of(both.repeat({kLocalViews, 1}), 2, torch::full({18}, 1.0 / kImages))},
          0.1,
          chunk);
      EXPECT_TRUE(test::near(
          of_global.total, golden.full(numbered("dino.loss_global.", step)), kTolerance));
      EXPECT_TRUE(
          test::near(of_local.total, golden.full(numbered("dino.loss_local.", step)), kTolerance));
      EXPECT_TRUE(test::near(torch::autograd::grad({of_global.total}, {global})[0],
                             golden.full(numbered("dino.grad_global.", step)),
                             kTolerance));
      EXPECT_TRUE(test::near(torch::autograd::grad({of_local.total}, {local})[0],
                             golden.full(numbered("dino.grad_local.", step)),
                             kTolerance));
    }
  }
  EXPECT_TRUE(test::near(buffer, golden.full("dino.center.final"), kTolerance));
}

TEST(IbotLoss, StepsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/losses.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor unit = torch::eye(kPrototypes);
  const torch::Tensor buffer = torch::zeros({1, 1, kPrototypes});
  MovingCenter center(buffer, 0.9);
  const torch::Tensor weights = golden.full("ibot.weights") / 8;
  for (int step = 0; step < 2; ++step) {
    const torch::Tensor teacher =
        logits_of(numbered("pretrain/ibot/teacher", step), weights.size(0), 0.4);
    const torch::Tensor targets =
        centered_probabilities(prototype_logits(teacher, unit), center.values(), 0.05);
    EXPECT_TRUE(test::near(targets, golden.full(numbered("ibot.teacher_prob.", step)), kTolerance));
    center.collect(teacher);
    center.update(unit, {});
    const torch::Tensor student =
        logits_of(numbered("pretrain/ibot/student", step), weights.size(0), 1).requires_grad_();
    const PrototypeLoss loss =
        prototype_loss(student, unit, {part_of(targets, 1, weights)}, 0.1, 7);
    EXPECT_TRUE(test::near(loss.total, golden.full(numbered("ibot.loss.", step)), kTolerance));
    EXPECT_TRUE(test::near(torch::autograd::grad({loss.total}, {student})[0],
                           golden.full(numbered("ibot.grad.", step)),
                           kTolerance));
  }
  EXPECT_TRUE(test::near(buffer, golden.full("ibot.center.final"), kTolerance));
}

TEST(PrototypeLoss, ChunksAndPartsChangeNothing) {
  const torch::Tensor student = test::uniform_tensor("s", {23, 8}, -1, 1).requires_grad_();
  const torch::Tensor prototypes = test::uniform_tensor("p", {40, 8}, -1, 1).requires_grad_();
  const torch::Tensor targets = torch::softmax(test::uniform_tensor("t", {23, 40}, -3, 3), 1);
  const torch::Tensor weights = test::uniform_tensor("w", {23}, 0, 1);
  const torch::Tensor plain =
      -(targets * torch::log_softmax(torch::mm(student, prototypes.t()) / 0.1, 1)).sum(1);
  const torch::Tensor expected = (plain * weights).narrow(0, 0, 10).sum() * 2 +
                                 (plain * weights).narrow(0, 10, 13).sum() * 0.5;
  const auto gradients = torch::autograd::grad({expected}, {student, prototypes});
  for (const std::int64_t chunk : {0, 4, 100}) {
    PrototypeLossPart first = part_of(targets.narrow(0, 0, 10), 1, weights.narrow(0, 0, 10));
    PrototypeLossPart second = part_of(targets.narrow(0, 10, 13), 1, weights.narrow(0, 10, 13));
    first.loss_weight = 2;
    second.loss_weight = 0.5;
    const PrototypeLoss loss = prototype_loss(student, prototypes, {first, second}, 0.1, chunk);
    EXPECT_TRUE(test::near(loss.total, expected, {1e-5, 1e-5}));
    EXPECT_TRUE(test::near(loss.parts[1], (plain * weights).narrow(0, 10, 13).sum(), {1e-5, 1e-5}));
    const auto own = torch::autograd::grad({loss.total * 3}, {student, prototypes});
    EXPECT_TRUE(test::near(own[0], gradients[0] * 3, {1e-4, 1e-4}));
    EXPECT_TRUE(test::near(own[1], gradients[1] * 3, {1e-4, 1e-4}));
  }
}

TEST(PrototypeLoss, NoRowsCostNothing) {
  const torch::Tensor student = torch::zeros({0, 8}).requires_grad_();
  const torch::Tensor prototypes = test::uniform_tensor("p", {40, 8}, -1, 1).requires_grad_();
  const PrototypeLoss loss = prototype_loss(
      student, prototypes, {part_of(torch::zeros({0, 40}), 1, torch::zeros({0}))}, 0.1);
  EXPECT_EQ(loss.total.item<double>(), 0);
  EXPECT_TRUE(torch::autograd::grad({loss.total}, {prototypes})[0].eq(0).all().item<bool>());
}

TEST(MovingCenter, BatchesOfAStepAreOneMeanAndNoneLeaveIt) {
  const torch::Tensor unit = torch::eye(4), rows = test::uniform_tensor("rows", {10, 4}, -1, 1);
  const torch::Tensor once = torch::zeros({1, 4}), parts = torch::zeros({1, 4});
  MovingCenter one(once, 0.9), several(parts, 0.9);
  one.collect(rows);
  one.update(unit, {});
  several.collect(rows.narrow(0, 0, 3));
  several.collect(rows.narrow(0, 3, 7));
  several.update(unit, {});
  EXPECT_TRUE(test::near(parts, once, {1e-7, 1e-6}));
  several.update(unit, {});
  EXPECT_TRUE(test::near(parts, once, {1e-7, 1e-6}));
}

TEST(SinkhornKnopp, ProbabilitiesOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/losses.safetensors");
  const test::GoldenTensors golden(path);
  for (const std::string name : {"cls", "patch"}) {
    const auto& info = golden.info().at("sinkhorn_" + name);
    const torch::Tensor logits = logits_of("pretrain/sinkhorn/" + name, info.at("n"), 0.4);
    const torch::Tensor probabilities = sinkhorn_knopp(logits, info.at("temp"));
    EXPECT_TRUE(test::near(probabilities, golden.full("sinkhorn." + name), kTolerance));
  }
  EXPECT_EQ(sinkhorn_knopp(torch::zeros({0, 8}), 0.1).size(0), 0);
}

TEST(KoleoLoss, LossesAndGradientsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/losses.safetensors");
  const test::GoldenTensors golden(path);
  for (const std::string size : {"8x16", "32x384"}) {
    const auto shape = golden.full("koleo.grad." + size).sizes().vec();
    const torch::Tensor x =
        test::uniform_tensor("pretrain/koleo/" + size, shape, -1, 1).requires_grad_();
    const torch::Tensor loss = koleo_loss(x);
    EXPECT_TRUE(test::near(loss, golden.full("koleo.loss." + size), kTolerance));
    EXPECT_TRUE(test::near(
        torch::autograd::grad({loss}, {x})[0], golden.full("koleo.grad." + size), kTolerance));
    const torch::Tensor unit = x.detach() / x.detach().norm(2, 1, true);
    EXPECT_TRUE(torch::equal(nearest_rows(unit), golden.full("koleo.nn." + size)));
  }
}

TEST(KoleoLoss, OneRowIsAConstant) {
  const torch::Tensor x = torch::ones({1, 4}).requires_grad_();
  const torch::Tensor loss = koleo_loss(x);
  EXPECT_TRUE(std::isfinite(loss.item<double>()));
  EXPECT_NEAR(torch::autograd::grad({loss}, {x})[0].abs().max().item<double>(), 0, 1e-6);
}

}  // namespace
}  // namespace saker

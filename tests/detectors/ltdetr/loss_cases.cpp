#include "detectors/ltdetr/loss_cases.hpp"

#include "detectors/ltdetr/training_cases.hpp"

namespace saker::test {
namespace {

struct Shape {
  std::int64_t images, queries, classes, layers, denoising;
};

Shape shape_of(const nlohmann::ordered_json& info) {
  const auto number = [&](const char* key) { return info.at(key).get<std::int64_t>(); };
  return {.images = number("b"),
          .queries = number("q"),
          .classes = number("c"),
          .layers = number("layers"),
          .denoising = number("dn_queries")};
}

LossCase common(const std::string& prefix, const nlohmann::ordered_json& info) {
  LossCase made;
  made.classes = info.at("c").get<std::int64_t>();
  made.groups = info.at("dn_groups").get<std::int64_t>();
  made.targets = golden_targets(
      prefix + ".target", info.at("counts").get<std::vector<std::int64_t>>(), made.classes);
  const double world = info.at("world").get<double>();
  // As in the golden files, no sum is taken over the processes.
  made.mean_over_processes = [world](double count) { return count / world; };
  return made;
}

LayerOutputs named_layer(LossCase& loss_case, const std::string& name, LayerOutputs layer) {
  loss_case.leaves.emplace(name + ".logits", layer.logits);
  loss_case.leaves.emplace(name + ".boxes", layer.boxes);
  if (layer.corners.defined()) loss_case.leaves.emplace(name + ".corners", layer.corners);
  return layer;
}

}  // namespace

CriterionOutcome LossCase::run(const LtdetrLossSettings& settings) const {
  const BatchTargets batch = batch_targets(targets, classes);
  const CriterionInput input = {.outputs = outputs,
                                .targets = batch,
                                .denoising_groups = groups,
                                .settings = settings,
                                .mean_over_processes = mean_over_processes};
  CriterionOutcome outcome = settings.dfine ? dfine_criterion(input) : rtdetrv2_criterion(input);
  outcome.terms.total().backward();
  return outcome;
}

LossCase rtdetrv2_loss_case(const std::string& prefix, const nlohmann::ordered_json& info) {
  const Shape shape = shape_of(info);
  LossCase made = common(prefix, info);
  const auto layer = [&](const std::string& name, std::int64_t queries) {
    const std::string full = prefix + "." + name;
    return named_layer(made, full, golden_layer(full, shape.images, queries, shape.classes));
  };
  made.outputs.denoising.emplace();
  for (std::int64_t i = 0; i < shape.layers; ++i) {
    const bool is_last = i + 1 == shape.layers;
    made.outputs.matching.layers.push_back(
        layer(is_last ? "out" : "aux" + std::to_string(i), shape.queries));
    made.outputs.denoising->layers.push_back(layer("dn" + std::to_string(i), shape.denoising));
  }
  made.outputs.encoder = layer("enc", shape.queries);
  return made;
}

LossCase dfine_loss_case(const std::string& prefix, const nlohmann::ordered_json& info) {
  const Shape shape = shape_of(info);
  LossCase made = common(prefix, info);
  const auto layer = [&](const std::string& name, std::int64_t queries, std::int64_t bins) {
    const std::string full = prefix + "." + name;
    return named_layer(made, full, golden_layer(full, shape.images, queries, shape.classes, bins));
  };
  const auto part = [&](const std::string& name, const std::string& pre, std::int64_t queries) {
    DecoderPart decoded;
    for (std::int64_t i = 0; i < shape.layers; ++i) {
      decoded.layers.push_back(layer(name + std::to_string(i), queries, 33));
    }
    decoded.pre = layer(pre, queries, 0);
    decoded.reference_boxes = golden_boxes(prefix + "." + name + "0.ref", {shape.images, queries});
    return decoded;
  };
  made.outputs.matching = part("layer", "pre", shape.queries);
  made.outputs.denoising = part("dn", "dnpre", shape.denoising);
  made.outputs.encoder = layer("enc", shape.queries, 0);
  return made;
}

void expect_golden_losses(const LossCase& loss_case,
                          const CriterionTerms& terms,
                          const nlohmann::ordered_json& info,
                          const std::map<std::string, torch::Tensor>& gradients,
                          double term_tolerance,
                          const Tolerance& gradient_tolerance) {
  std::map<std::string, double> actual;
  for (const auto& [name, value] : terms.all()) actual.emplace(name, value.item<double>());
  for (const auto& [name, value] : info.at("losses").items()) {
    // The reference takes the mean over no queries for "nan"; there the term must be 0. The last
    // layer learns nothing from itself, and has no such term here.
    const double expected = value.is_number() ? value.get<double>() : 0;
    const double found = actual.contains(name) ? actual.at(name) : 0;
    EXPECT_NEAR(found, expected, term_tolerance * std::abs(expected)) << name;
    actual.erase(name);
  }
  EXPECT_TRUE(actual.empty()) << "unexpected term " << actual.begin()->first;
  EXPECT_NEAR(terms.total().item<double>(),
              info.at("total").get<double>(),
              term_tolerance * info.at("total").get<double>());
  for (const auto& [name, leaf] : loss_case.leaves) {
    const auto expected = gradients.find(name);
    ASSERT_TRUE(leaf.grad().defined()) << name;
    EXPECT_TRUE(near(leaf.grad(),
                     expected == gradients.end() ? torch::zeros_like(leaf) : expected->second,
                     gradient_tolerance))
        << name;
  }
}

}  // namespace saker::test

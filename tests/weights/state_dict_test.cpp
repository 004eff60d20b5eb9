#include "weights/state_dict.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "expect_error.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

using test::expect_error;
using Names = std::vector<std::string>;

// A parameter that is registered after a child still comes before the child's.
struct SmallNetImpl : torch::nn::Module {
  SmallNetImpl() {
    conv =
        register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 2, 1).bias(false)));
    bn = register_module("bn", torch::nn::BatchNorm2d(2));
    scale = register_parameter("scale", torch::ones({2}));
    anchors = register_buffer("anchors", torch::zeros({3}));
  }
  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d bn{nullptr};
  torch::Tensor scale, anchors;
};
TORCH_MODULE(SmallNet);

Names names_of(const StateDict& state) {
  Names names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  return names;
}

TEST(StateDict, CollectsInPythonsOrder) {
  SmallNet net;
  const StateDict state = collect_state_dict(*net);
  EXPECT_EQ(names_of(state),
            (Names{"scale",
                   "anchors",
                   "conv.weight",
                   "bn.weight",
                   "bn.bias",
                   "bn.running_mean",
                   "bn.running_var",
                   "bn.num_batches_tracked"}));
  EXPECT_EQ(state.find("bn.num_batches_tracked")->scalar_type(), torch::kLong);
  EXPECT_FALSE(state.find("scale")->requires_grad());
  EXPECT_EQ(state.find("scale")->data_ptr(), net->scale.data_ptr());
}

// Shows the scale of another module as its own.
struct ScaleUserImpl : torch::nn::Module, SharesParameters {
  explicit ScaleUserImpl(SmallNet owner) : owner_(std::move(owner)) {
    register_parameter("shift", torch::zeros({2}));
  }
  std::vector<std::pair<std::string, torch::Tensor>> shared_parameters() const override {
    return {{"scale", owner_->scale}};
  }
  SmallNet owner_;
};
TORCH_MODULE(ScaleUser);

TEST(StateDict, SharedParametersHaveTwoNamesAndOneMemory) {
  torch::nn::Module net;
  SmallNet owner;
  net.register_module("owner", owner);
  net.register_module("user", ScaleUser(owner));
  const StateDict state = collect_state_dict(net);
  const Names names = names_of(state);
  EXPECT_EQ(Names(names.end() - 2, names.end()), (Names{"user.scale", "user.shift"}));
  EXPECT_EQ(state.find("user.scale")->data_ptr(), state.find("owner.scale")->data_ptr());
  EXPECT_EQ(net.parameters().size(), 5U);  // scale, conv.weight, bn.weight, bn.bias, shift

  StateDict incomplete;
  for (const auto& [name, tensor] : state) {
    if (name != "user.scale") incomplete.add(name, tensor);
  }
  expect_error(
      ErrorKind::kCheckpoint, {"lack user.scale"}, [&] { load_state_dict(net, incomplete); });
}

TEST(StateDict, LoadsWhatItCollected) {
  SmallNet from, to;
  {
    const torch::NoGradGuard no_grad;
    from->scale.fill_(3);
    from->bn->running_mean.fill_(0.5);
  }
  load_state_dict(*to, collect_state_dict(*from));
  EXPECT_EQ(to->scale.sum().item<float>(), 6);
  EXPECT_EQ(to->bn->running_mean.sum().item<float>(), 1);
  EXPECT_TRUE(to->scale.requires_grad());
}

TEST(StateDict, LoadingConvertsTypes) {
  SmallNet net;
  StateDict half;
  for (const auto& [name, tensor] : collect_state_dict(*net))
    half.add(name, tensor.to(torch::kHalf));
  load_state_dict(*net, half);
  EXPECT_EQ(net->scale.scalar_type(), torch::kFloat);
}

TEST(StateDict, MissingUnexpectedAndWrongShapesAreNamed) {
  SmallNet net;
  StateDict state;
  for (const auto& [name, tensor] : collect_state_dict(*net)) {
    if (name != "anchors") state.add(name, name == "scale" ? tensor + 1 : tensor);
  }
  state.add("head.weight", torch::zeros({1}));
  expect_error(ErrorKind::kCheckpoint, {"lack anchors", "no head.weight"}, [&] {
    load_state_dict(*net, state);
  });
  EXPECT_EQ(net->scale.sum().item<float>(), 2) << "changed in spite of the error";
  const LoadReport report = load_matching_state_dict(*net, state);
  EXPECT_EQ(report.missing, Names{"anchors"});
  EXPECT_EQ(report.unexpected, Names{"head.weight"});
  EXPECT_FALSE(report.complete());
  EXPECT_EQ(net->scale.sum().item<float>(), 4);

  StateDict wrong;
  wrong.add("scale", torch::zeros({3}));
  expect_error(ErrorKind::kCheckpoint, {"scale", "[3]", "[2]"}, [&] {
    load_matching_state_dict(*net, wrong);
  });
}

TEST(StateDict, PrefixRules) {
  const torch::Tensor one = torch::ones({1});
  StateDict both, plain;
  both.add("model.a", one);
  both.add("ema_model.updates", one);
  both.add("ema_model.model.a", one);
  EXPECT_EQ(names_of(select_model_weights(both)), Names{"a"});
  EXPECT_EQ(names_of(both.below("ema_model.")), (Names{"updates", "model.a"}));
  plain.add("a.b", one);
  EXPECT_EQ(names_of(select_model_weights(plain)), Names{"a.b"});
  EXPECT_EQ(names_of(select_model_weights(plain.with_prefix("model."))), Names{"a.b"});
  expect_error(ErrorKind::kCheckpoint, {"'a.b' twice"}, [&] { plain.add("a.b", one); });
}

TEST(StateDict, PicklesAndNamesWhatIsNoTensor) {
  StateDict state;
  state.add("b", torch::ones({2}));
  state.add("a", torch::zeros({}, torch::kLong));
  const PickleValue pickled = to_pickle(state, /*ordered=*/true);
  EXPECT_EQ(pickled.type_name(), "OrderedDict");
  EXPECT_EQ(names_of(to_state_dict(pickled)), (Names{"b", "a"}));
  PickleDict bad;
  bad.set("a", 1);
  expect_error(ErrorKind::kCheckpoint, {"'a'", "int"}, [&] { to_state_dict(bad); });
  PickleDict worse;
  worse.set(1, to_pickle(state, false));
  expect_error(ErrorKind::kCheckpoint, {"int"}, [&] { to_state_dict(worse); });
}

TEST(StateDict, WeightsThatAreMovedInHandOverTheirMemory) {
  torch::nn::Linear from(3, 2), to(3, 2), other(3, 2);
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.pt", to_pickle(collect_state_dict(*from), true));
  StateDict weights = to_state_dict(read_checkpoint(folder / "a.pt"));
  const void* memory = weights.find("weight")->data_ptr();
  load_state_dict(*other, weights);  // a copy of the dict, which leaves its tensors to others
  EXPECT_NE(other->weight.data_ptr(), memory);
  load_state_dict(*to, std::move(weights));
  EXPECT_EQ(to->weight.data_ptr(), memory);
  for (const auto& module : {to, other}) {
    EXPECT_TRUE(torch::equal(module->weight, from->weight));
    EXPECT_TRUE(torch::equal(module->bias, from->bias));
    EXPECT_TRUE(module->weight.requires_grad());
  }
}

}  // namespace
}  // namespace saker

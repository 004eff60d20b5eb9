#include "train/adamw.hpp"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <cmath>
#include <string>
#include <vector>

#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

ParameterGroup group_of(std::vector<torch::Tensor> parameters,
                        double weight_decay,
                        double lr_factor = 1,
                        const std::string& name = "detector") {
  ParameterGroup group{.name = name,
                       .keys = {},
                       .parameters = std::move(parameters),
                       .weight_decay = weight_decay,
                       .lr_factor = lr_factor};
  for (std::size_t i = 0; i < group.parameters.size(); ++i)
    group.keys.push_back("weight" + std::to_string(i));
  return group;
}

torch::Tensor weights_of(const std::vector<std::int64_t>& shape,
                         torch::ScalarType type = torch::kFloat) {
  return torch::randn(shape, type).set_requires_grad(true);
}

// Two steps on one number, by hand: w = 1, g = 0.5 and -1, lr 0.1, decay 0.1.
TEST(AdamW, FollowsTheFormula) {
  torch::Tensor w = torch::ones({1}).set_requires_grad(true);
  AdamW adamw({group_of({w}, 0.1)}, {});
  double p = 1, m = 0, v = 0;
  for (const auto& [t, g] : {std::pair(1, 0.5), std::pair(2, -1.0)}) {
    w.mutable_grad() = torch::full({1}, static_cast<float>(g));
    adamw.step(0.1);
    p *= 1 - 0.1 * 0.1;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    p -= 0.1 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
    EXPECT_NEAR(w.item<double>(), p, 3e-7) << t;
    EXPECT_EQ(adamw.moments()[0].updates, t);
  }
}

// Against LibTorch's own, over shapes, layouts, missing gradients and both dtypes: doubles take the
// path of operations on lists.
class AdamWOf : public ::testing::TestWithParam<torch::ScalarType> {};

TEST_P(AdamWOf, AgreesWithLibTorch) {
  torch::manual_seed(0);
  std::vector<torch::Tensor> ours, theirs;
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{33, 7}, {5}, {16, 8, 3, 3}, {1}, {300, 301}})
    ours.push_back(weights_of(shape, GetParam()));
  ours[2] = ours[2].detach().contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
  for (const torch::Tensor& w : ours) theirs.push_back(w.detach().clone().requires_grad_());
  AdamW adamw({group_of({ours[0], ours[1], ours[2]}, 0.01, 0.05, "backbone"),
               group_of({ours[3], ours[4]}, 0, 1)},
              {});
  const auto options = [](double lr, double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(lr).weight_decay(decay));
  };
  torch::optim::AdamW reference({{{theirs[0], theirs[1], theirs[2]}, options(0.05 * 0.01, 0.01)},
                                 {{theirs[3], theirs[4]}, options(0.01, 0)}});
  for (int step = 0; step < 6; ++step) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (i == 1 && step < 2) continue;  // its first gradient comes later
      theirs[i].mutable_grad() = torch::randn_like(theirs[i]);
      ours[i].mutable_grad() = 4 * theirs[i].grad();
    }
    adamw.step(0.01, 0.25);
    reference.step();
    adamw.zero_gradients();
    reference.zero_grad();
  }
  const double tolerance = GetParam() == torch::kDouble ? 1e-12 : 1e-6;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_TRUE(torch::allclose(ours[i], theirs[i], tolerance, tolerance)) << i;
    EXPECT_FALSE(ours[i].grad().defined());
  }
  EXPECT_EQ(adamw.moments()[1].updates, 4);
}

INSTANTIATE_TEST_SUITE_P(Types, AdamWOf, ::testing::Values(torch::kFloat, torch::kDouble));

TEST(AdamW, ThreadsDoNotChangeResults) {
  const int before = torch::get_num_threads();
  std::vector<std::vector<torch::Tensor>> results;
  for (const int threads : {1, 2, 3}) {
    torch::set_num_threads(threads);
    torch::manual_seed(1);
    std::vector<torch::Tensor> parameters;
    for (const std::int64_t size : {70001, 3, 150013}) parameters.push_back(weights_of({size}));
    AdamW adamw({group_of(parameters, 0.01)}, {});
    for (int step = 0; step < 3; ++step) {
      for (torch::Tensor& p : parameters) p.mutable_grad() = torch::randn_like(p);
      adamw.step(0.01);
    }
    results.push_back(parameters);
  }
  torch::set_num_threads(before);
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    EXPECT_TRUE(torch::equal(results[0][i], results[1][i]));
    EXPECT_TRUE(torch::equal(results[0][i], results[2][i]));
  }
}

TEST(AdamW, ParametersWithoutGradientStay) {
  torch::Tensor w = torch::ones({3}).set_requires_grad(true);
  AdamW adamw({group_of({w}, 0.1)}, {});
  adamw.step(0.1);
  EXPECT_TRUE(torch::equal(w, torch::ones({3})));
  EXPECT_FALSE(adamw.moments()[0].first.defined());
  EXPECT_TRUE(adamw.to_checkpoint(0.1, 1).find("state")->as_dict().items.empty());
}

// A zero gradient is not the same as none: the moments decay and the step counts.
TEST(AdamW, AZeroGradientCounts) {
  torch::Tensor w = torch::ones({1}).set_requires_grad(true);
  AdamW adamw({group_of({w}, 0)}, {});
  w.mutable_grad() = torch::ones({1});
  adamw.step(0.1);
  w.mutable_grad() = torch::zeros({1});
  adamw.step(0.1);
  EXPECT_EQ(adamw.moments()[0].updates, 2);
  EXPECT_FLOAT_EQ(adamw.moments()[0].first.item<float>(), 0.09F);
}

class AdamWCheckpoint : public ::testing::Test {
 protected:
  AdamWCheckpoint() {
    torch::manual_seed(2);
    first_ = weights_of({4, 3});
    second_ = weights_of({3});
  }

  std::vector<ParameterGroup> groups(torch::Tensor a, torch::Tensor b) const {
    return {group_of({std::move(a)}, 1e-4, 0.05, "backbone"),
            group_of({std::move(b)}, 0, 1, "detector_no_wd")};
  }

  torch::Tensor first_, second_;
};

TEST_F(AdamWCheckpoint, HasTheLayoutOfPyTorch) {
  AdamW adamw(groups(first_, second_), {.beta2 = 0.99});
  first_.mutable_grad() = torch::ones({4, 3});
  adamw.step(0.1);
  const PickleValue stored = adamw.to_checkpoint(0.1, 0.5);
  const PickleDict& state = stored.at("state").as_dict();
  ASSERT_EQ(state.items.size(), 1U);
  EXPECT_EQ(state.items[0].first.as_int(), 0);
  const PickleValue& entry = state.items[0].second;
  EXPECT_EQ(entry.at("step").as_tensor().type(), StoredType::kFloat32);
  EXPECT_TRUE(entry.at("step").as_tensor().shape.empty());
  EXPECT_EQ(entry.at("exp_avg").as_tensor().shape, (std::vector<std::int64_t>{4, 3}));
  EXPECT_EQ(entry.at("exp_avg_sq").as_tensor().shape, (std::vector<std::int64_t>{4, 3}));
  const auto& stored_groups = stored.at("param_groups").as_sequence();
  ASSERT_EQ(stored_groups.size(), 2U);
  EXPECT_EQ(stored_groups[0].at("name").as_string(), "backbone");
  EXPECT_DOUBLE_EQ(stored_groups[0].at("initial_lr").as_double(), 0.005);
  EXPECT_DOUBLE_EQ(stored_groups[0].at("lr").as_double(), 0.0025);
  EXPECT_DOUBLE_EQ(stored_groups[0].at("weight_decay").as_double(), 1e-4);
  EXPECT_TRUE(stored_groups[0].at("betas").is_tuple());
  EXPECT_DOUBLE_EQ(stored_groups[0].at("betas").as_sequence()[1].as_double(), 0.99);
  EXPECT_TRUE(stored_groups[0].at("decoupled_weight_decay").as_bool());
  EXPECT_EQ(stored_groups[1].at("params").as_sequence()[0].as_int(), 1);
}

TEST_F(AdamWCheckpoint, GoesOnAsIfUnbroken) {
  AdamW whole(groups(first_, second_), {});
  const auto gradients = [&](torch::Tensor& a, torch::Tensor& b, int step) {
    torch::manual_seed(10 + step);
    a.mutable_grad() = torch::randn({4, 3});
    b.mutable_grad() = torch::randn({3});
  };
  gradients(first_, second_, 0);
  whole.step(0.1);
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "optimizer.pt", whole.to_checkpoint(0.1, 1));
  torch::Tensor a = first_.detach().clone().requires_grad_();
  torch::Tensor b = second_.detach().clone().requires_grad_();
  AdamW resumed(groups(a, b), {});
  resumed.restore(read_checkpoint(folder / "optimizer.pt"));
  gradients(first_, second_, 1);
  whole.step(0.1);
  gradients(a, b, 1);
  resumed.step(0.1);
  EXPECT_TRUE(torch::equal(first_, a));
  EXPECT_TRUE(torch::equal(second_, b));
}

TEST_F(AdamWCheckpoint, OtherGroupsAreRefused) {
  AdamW adamw(groups(first_, second_), {});
  first_.mutable_grad() = torch::ones({4, 3});
  adamw.step(0.1);
  const PickleValue stored = adamw.to_checkpoint(0.1, 1);
  const auto message_of = [&](std::vector<ParameterGroup> other) {
    AdamW optimizer(std::move(other), {});
    try {
      optimizer.restore(stored);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message_of({group_of({first_}, 0)}).find("2 parameter groups"), std::string::npos);
  EXPECT_NE(message_of(groups(weights_of({4}), second_)).find("another shape"), std::string::npos);
  std::vector<ParameterGroup> renamed = groups(first_, second_);
  renamed[1].name = "detector";
  EXPECT_NE(message_of(renamed).find("detector_no_wd"), std::string::npos);
  std::vector<ParameterGroup> longer = groups(first_, second_);
  longer[1].parameters.push_back(first_);
  EXPECT_NE(message_of(longer).find("1 parameters, but 2"), std::string::npos);
}

}  // namespace
}  // namespace saker

#include "weights/torch_bridge.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

torch::Tensor round_trip(const torch::Tensor& tensor) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.pt", to_stored(tensor));
  return to_torch(read_checkpoint(folder / "a.pt").as_tensor());
}

TEST(TorchBridge, RoundTripOfEveryType) {
  const torch::Tensor values = torch::tensor({0.0, 1.0, 2.0, 100.0, 1.5, 3.0}).view({2, 3});
  for (const auto type : {torch::kFloat,
                          torch::kDouble,
                          torch::kHalf,
                          torch::kBFloat16,
                          torch::kLong,
                          torch::kInt,
                          torch::kShort,
                          torch::kChar,
                          torch::kByte,
                          torch::kBool}) {
    const torch::Tensor tensor = values.to(type);
    const torch::Tensor read = round_trip(tensor);
    EXPECT_EQ(read.scalar_type(), type);
    EXPECT_TRUE(torch::equal(read, tensor)) << c10::toString(type);
  }
}

TEST(TorchBridge, RoundTripOfShapes) {
  const torch::Tensor base = torch::arange(24, torch::kFloat).view({4, 6});
  for (const torch::Tensor& tensor : {base.t(),
                                      base.slice(0, 1, 3),
                                      base.slice(1, 2, 5),
                                      torch::zeros({0, 3}),
                                      torch::scalar_tensor(7, torch::kLong),
                                      base.select(1, 2)}) {
    const torch::Tensor read = round_trip(tensor);
    EXPECT_EQ(read.sizes(), tensor.sizes());
    EXPECT_EQ(read.strides(), tensor.strides());
    EXPECT_TRUE(torch::equal(read, tensor));
  }
}

TEST(TorchBridge, SharedStoragesStayShared) {
  const torch::Tensor base = torch::arange(6, torch::kFloat);
  const test::TemporaryFolder folder;
  const PickleTuple pair{{to_stored(base), to_stored(base.slice(0, 2, 4))}};
  write_checkpoint(folder / "a.pt", pair);
  const PickleValue read = read_checkpoint(folder / "a.pt");
  const torch::Tensor whole = to_torch(read.as_sequence()[0].as_tensor()),
                      part = to_torch(read.as_sequence()[1].as_tensor());
  whole[3] = 42;
  EXPECT_EQ(part[1].item<float>(), 42);
  // Read tensors are seen to share when they are written again.
  EXPECT_EQ(to_stored(whole).storage->bytes.get(), to_stored(part).storage->bytes.get());
}

TEST(TorchBridge, TensorsOutliveWhatTheyWereMadeFrom) {
  torch::Tensor tensor;
  {
    const torch::Tensor original = torch::ones({1000});
    tensor = to_torch(to_stored(original));
  }
  EXPECT_EQ(tensor.sum().item<float>(), 1000);
}

// A tensor of a file that nothing else holds.
torch::Tensor read_alone(const torch::Tensor& values) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.pt", to_stored(values));
  return to_torch(read_checkpoint(folder / "a.pt").as_tensor());
}

TEST(TorchBridge, TakesTheMemoryOfATensorThatWasRead) {
  const torch::Tensor values = torch::arange(12, torch::kFloat).view({3, 4});
  const torch::Tensor destination = torch::zeros({3, 4});
  const torch::Tensor detached = destination.detach(), row = destination[2];
  torch::Tensor source = read_alone(values);
  const void* memory = source.data_ptr();
  ASSERT_TRUE(take_memory(destination, source));
  EXPECT_FALSE(source.defined());
  EXPECT_EQ(destination.data_ptr(), memory);
  EXPECT_TRUE(torch::equal(destination, values));
  // Whoever shared memory with it before still does.
  EXPECT_TRUE(torch::equal(detached, values));
  EXPECT_TRUE(torch::equal(row, values[2]));
  destination[2][3] = 42;
  EXPECT_EQ(row[3].item<float>(), 42);
}

TEST(TorchBridge, TakenMemoryIsLikeAnyOther) {
  torch::Tensor parameter = torch::zeros({4}).requires_grad_();
  torch::Tensor source = read_alone(torch::ones({4}));
  ASSERT_TRUE(take_memory(parameter, source));
  (parameter * parameter).sum().backward();
  EXPECT_EQ(parameter.grad().sum().item<float>(), 8);

  torch::Tensor buffer = torch::zeros({4});
  source = read_alone(torch::ones({4}));
  ASSERT_TRUE(take_memory(buffer, source));
  buffer.resize_({8});
  buffer.fill_(3);
  EXPECT_EQ(to_torch(to_stored(buffer)).sum().item<float>(), 24);
}

TEST(TorchBridge, TakesNoMemoryThatSomebodyElseHolds) {
  const torch::Tensor values = torch::ones({4}), destination = torch::zeros({4});
  const auto expect_refused = [&](torch::Tensor& source, const torch::Tensor& target) {
    ASSERT_TRUE(source.defined());
    EXPECT_FALSE(take_memory(target, source));
    EXPECT_TRUE(source.defined());
    EXPECT_EQ(target.sum().item<double>(), 0);
  };
  {
    torch::Tensor source = read_alone(values);
    const torch::Tensor copy = source;
    expect_refused(source, destination);
  }
  {
    torch::Tensor source = read_alone(values);
    const torch::Tensor view = source.slice(0, 0, 2);
    expect_refused(source, destination);
  }
  {
    const test::TemporaryFolder folder;
    write_checkpoint(folder / "a.pt", to_stored(values));
    const PickleValue file = read_checkpoint(folder / "a.pt");
    torch::Tensor source = to_torch(file.as_tensor());
    expect_refused(source, destination);  // of `file`
  }
  torch::Tensor own = torch::ones({4}), lent = to_torch(to_stored(values));
  expect_refused(own, destination);
  expect_refused(lent, destination);
  torch::Tensor part = read_alone(torch::ones({6}).slice(0, 0, 4));
  expect_refused(part, destination);
  torch::Tensor doubles = read_alone(values.to(torch::kDouble)),
                matrix = read_alone(values.view({2, 2}));
  expect_refused(doubles, destination);
  expect_refused(matrix, destination);
  torch::Tensor source = read_alone(values);
  expect_refused(source, torch::zeros({8}).slice(0, 4));
  torch::Tensor undefined;
  EXPECT_FALSE(take_memory(destination, undefined));
}

TEST(TorchBridge, RefusesWhatFilesCannotHold) {
  test::expect_error(ErrorKind::kUnsupported, {"ComplexFloat"}, [] {
    to_stored(torch::zeros({2}, torch::kComplexFloat));
  });
  test::expect_error(ErrorKind::kUnsupported, {"defined"}, [] { to_stored(torch::Tensor()); });
}

}  // namespace
}  // namespace saker

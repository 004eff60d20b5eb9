// The rule by which names define weights and inputs, so that golden files hold outputs only.
//
// FNV-1a 64 of the name seeds splitmix64; value i is its top 24 bits / 2^24.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saker::test {

// u_0 .. u_{count-1}, each in [0, 1).
std::vector<double> unit(const std::string& name, std::int64_t count);
// low + (high - low) * u_i, as float32.
std::vector<float> uniform(const std::string& name,
                           std::int64_t count,
                           double low = 0.0,
                           double high = 1.0);
// A parameter by its state-dict key and shape.
std::vector<float> parameter(const std::string& key, const std::vector<std::int64_t>& shape);
// A running_mean or running_var buffer by its key.
std::vector<float> running_statistic(const std::string& key, std::int64_t count);
// floor(256 * u_i): pixels in the order in which the caller lays them out.
std::vector<std::uint8_t> noise_u8(const std::string& name, std::int64_t count);

}  // namespace saker::test

// Uploading a Weights & Biases run with their own program.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace saker {

constexpr std::chrono::milliseconds kWandbSyncPatience = std::chrono::minutes(10);

// What a user types.
std::string wandb_sync_command(const std::filesystem::path& folder);

// Runs `wandb sync FOLDER` with what it says in FOLDER/logs/sync.log. Returns what went wrong:
// no such program, its exit code, or that it took longer than `patience` or a stop was asked for,
// upon which it is ended. Empty: all is well.
std::string run_wandb_sync(const std::filesystem::path& folder, std::chrono::milliseconds patience);

}  // namespace saker

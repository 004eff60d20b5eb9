// Downloading a file by HTTP, in as many pieces as it takes.
//
//   DownloadOutcome outcome = download({.url = "https://...", .part = "weights.pth.part"});
//   if (outcome.complete) std::filesystem::rename(...);
//
// What has arrived stays in `part` whatever happens, the program being killed included. The next
// call asks for the rest with a range request, on the condition (If-Range) that the file is still
// the one it was: the server's strong ETag, or else its date, is kept beside it (see PartFile). A
// server that does not do ranges, or has another file by now, sends the whole file, which then
// replaces the part.
// Source: RFC 9110, sections 13.1.5 (If-Range), 14 (ranges).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace saker {

struct DownloadRequest {
  std::string url;  // http or https; redirects are followed, but never from https to http
  std::filesystem::path part;  // its folder must exist
  // Bytes so far and, when the server tells, of the whole file.
  std::function<void(std::uint64_t done, std::optional<std::uint64_t> total)> on_progress =
      [](std::uint64_t, std::optional<std::uint64_t>) {};
  // Asked about once a second.
  std::function<bool()> should_stop = [] { return false; };
  // Bytes that can be written to a folder.
  std::function<std::uint64_t(const std::filesystem::path&)> free_bytes =
      [](const std::filesystem::path& folder) { return std::filesystem::space(folder).available; };
};

struct DownloadOutcome {
  bool complete = false;
  bool resumed = false;        // the part held bytes of an earlier call
  std::uint64_t received = 0;  // bytes of this call
  std::string problem = {};    // when not complete: what the network or the server did
};

// Throws Error (io), naming the file or folder, when the disk has too little room or cannot be
// written, and (interrupted) when should_stop said so.
DownloadOutcome download(const DownloadRequest& request);

}  // namespace saker

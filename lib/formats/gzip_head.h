// gzip_head.h - the front of a gzip file, when no more of it was kept.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ocitidy {

/// What the bytes at the front of a gzip stream inflate to, up to where they end or break; at most `most_bytes`. ""
/// when `head` is no gzip. Only the first member is read.
std::string inflate_gzip_head(std::span<const std::byte> head, std::size_t most_bytes);

}  // namespace ocitidy

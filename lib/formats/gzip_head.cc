// gzip_head.cc - zlib, over bytes that may end anywhere.
#include "formats/gzip_head.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace ocitidy {

std::string inflate_gzip_head(std::span<const std::byte> head, std::size_t most_bytes) {
  constexpr int kGzipOnly = MAX_WBITS + 16;  // zlib.h, inflateInit2()
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return {};
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
  std::string text(std::min<std::size_t>(most_bytes, INT_MAX), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(head.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(head.size(), INT_MAX));
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  inflate(&stream, Z_SYNC_FLUSH);  // whatever it says: what came out by then is good
  text.resize(text.size() - stream.avail_out);
  return text;
}

}  // namespace ocitidy

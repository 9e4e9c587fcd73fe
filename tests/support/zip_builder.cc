// zip_builder.cc - see zip_builder.h.
#include "support/zip_builder.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>

namespace ocitidy::test {

std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files, ZipMethod method) {
  std::string out;
  const std::unique_ptr<archive, int (*)(archive*)> zip(archive_write_new(), archive_write_free);
  archive_write_set_format_zip(zip.get());
  archive_write_set_options(zip.get(),
                            method == ZipMethod::store ? "zip:compression=store" : "zip:compression=deflate");
  const auto append = [](archive*, void* to, const void* data, std::size_t size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  };
  archive_write_set_bytes_in_last_block(zip.get(), 1);
  bool good = archive_write_open(zip.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK;
  for (const auto& [name, content] : files) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    good = good && archive_write_header(zip.get(), entry.get()) == ARCHIVE_OK &&
           archive_write_data(zip.get(), content.data(), content.size()) == static_cast<la_ssize_t>(content.size());
  }
  if (!good || archive_write_close(zip.get()) != ARCHIVE_OK) throw std::runtime_error("libarchive writes no zip");
  return out;
}

}  // namespace ocitidy::test

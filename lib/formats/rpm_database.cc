// rpm_database.cc - one statement over one table, with everything else switched off.
#include "formats/rpm_database.h"

#include <sqlite3.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace ocitidy {
namespace {

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

constexpr int kStepsPerCall = 1000;
/// A row costs five instructions of SQLite's machine, the schema of rpm some thousands.
constexpr int kMostCalls = 1000;  // 1,000,000 instructions: 20 for each of 50,000 packages

/// Of all that a schema can hold, the one table, and the table of tables that it is found by.
int allow_reads(void*, int action, const char* table, const char*, const char*, const char*) {
  const auto is = [&](std::string_view name) { return table != nullptr && table == name; };
  if (action == SQLITE_SELECT) return SQLITE_OK;
  return action == SQLITE_READ && (is("Packages") || is("sqlite_master")) ? SQLITE_OK : SQLITE_DENY;
}

int count_down(void* calls) { return --*static_cast<int*>(calls) <= 0; }

std::unexpected<Error> sqlite_error(sqlite3* connection, std::string_view doing) {
  return fail(Code::corrupt, cat(doing, ": ", sqlite3_errmsg(connection)));
}

/// What a stranger's file may make SQLite do: little. Source: sqlite.org, "Defense Against The Dark Arts".
void restrict_connection(sqlite3* connection, int length_bytes, int* calls) {
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, length_bytes);
  sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, 10'000);
  sqlite3_limit(connection, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit(connection, SQLITE_LIMIT_EXPR_DEPTH, 10);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(connection, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_progress_handler(connection, kStepsPerCall, count_down, calls);
}

Result<std::size_t> visit_rows(sqlite3* connection, std::size_t database_bytes,
                               const std::function<void(const RpmHeader&)>& visit) {
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(connection, "SELECT blob FROM Packages ORDER BY hnum", -1, &raw, nullptr);
  const Statement statement(raw, sqlite3_finalize);
  if (prepared != SQLITE_OK) return sqlite_error(connection, "no table of packages");
  std::size_t packages = 0, rows = 0, blob_bytes = 0;
  int step = SQLITE_OK;
  while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
    const void* blob = sqlite3_column_blob(raw, 0);
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(raw, 0));
    // Rows that share pages with each other could make a small database a huge one.
    blob_bytes += bytes;
    if (blob_bytes > database_bytes) return fail(Code::corrupt, "its packages are larger than itself");
    if (++rows > kMostRpmPackages) return fail(Code::limit_exceeded, cat("more than ", kMostRpmPackages, " packages"));
    const auto header = parse_rpm_header({static_cast<const std::byte*>(blob), blob == nullptr ? 0 : bytes});
    if (!header) continue;
    ++packages;
    visit(*header);
  }
  if (step != SQLITE_DONE) return sqlite_error(connection, "reading its packages");
  return packages;
}

}  // namespace

Result<std::size_t> visit_rpm_database(std::span<const std::byte> database,
                                       const std::function<void(const RpmHeader&)>& visit) {
  constexpr std::size_t kHeaderBytes = 100, kWriteVersion = 18, kReadVersion = 19, kMostBytes = std::size_t{1} << 30;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  const std::string_view text(reinterpret_cast<const char*>(database.data()), database.size());
  if (text.size() < kHeaderBytes || text.size() > kMostBytes || !text.starts_with(kMagic)) {
    return fail(Code::corrupt, "not a SQLite database");
  }
  // rpm leaves its database in the mode of a write-ahead log, which one in memory cannot have: these two bytes say so.
  std::vector<unsigned char> copy(text.begin(), text.end());
  copy[kWriteVersion] = copy[kReadVersion] = 1;

  sqlite3* raw = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  const int opened = sqlite3_open_v2(":memory:", &raw, kFlags, nullptr);
  const Connection connection(raw, sqlite3_close);
  if (opened != SQLITE_OK) return fail(Code::internal, "SQLite has no memory");
  const auto size = static_cast<sqlite3_int64>(copy.size());
  if (sqlite3_deserialize(raw, "main", copy.data(), size, size, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
    return sqlite_error(raw, "opening it");
  }
  int calls = kMostCalls;
  restrict_connection(raw, static_cast<int>(copy.size()), &calls);
  sqlite3_set_authorizer(raw, allow_reads, nullptr);
  return visit_rows(raw, copy.size(), visit);
}

}  // namespace ocitidy

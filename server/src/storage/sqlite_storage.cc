// The embedded store: one table, which is the log. Its rows are keyed by revision; what is alive is
// worked out when the store is opened. A row goes when what superseded it is compacted; a
// deletion's row goes when it is compacted itself.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>

#include "k8snet/server/storage.h"
#include "src/storage/log_storage.h"

namespace k8snet::server {
namespace {

constexpr int kApplicationId = 0x6b387374;  // "k8st"
constexpr int kFormat = 1;

constexpr const char* kSchema =
    "CREATE TABLE log (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB,"
    " previous INTEGER NOT NULL) STRICT;"
    "CREATE TABLE compaction (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL)"
    " STRICT;"
    "INSERT INTO compaction VALUES (1, 0);";

// A file descriptor that is closed at the end.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Error Broken(const std::string& path, std::string_view what) {
  return {Reason::kInternalError, "store " + path + ": " + std::string(what)};
}

// Returns what went wrong last in `database`, in our words where users meet it.
Error Broken(const std::string& path, sqlite3* database) {
  const std::string message = sqlite3_errmsg(database);
  switch (sqlite3_errcode(database) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Broken(path, "is in use by another process");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Broken(path, "is truncated or corrupt: " + message);
    default:
      return Broken(path, message);
  }
}

std::uint32_t BigEndian(const unsigned char* bytes) {
  return (std::uint32_t{bytes[0]} << 24U) | (std::uint32_t{bytes[1]} << 16U) |
         (std::uint32_t{bytes[2]} << 8U) | bytes[3];
}

// Looks at the head of the file without SQLite, which would write to it.
// Source: SQLite's file format, section 1.3.
Status CheckHead(const File& file, const std::string& path, bool& empty) {
  struct stat info {};
  std::array<unsigned char, 100> head{};
  if (::fstat(file.get(), &info) != 0) {
    return Broken(path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return Broken(path, "is not a regular file");
  }
  empty = info.st_size == 0;
  if (empty) {
    return {};
  }
  const ssize_t got = ::pread(file.get(), head.data(), head.size(), 0);
  if (got != static_cast<ssize_t>(head.size())) {
    return Broken(path, "is truncated or not a k8snet store");
  }
  if (std::memcmp(head.data(), "SQLite format 3", 16) != 0 ||
      BigEndian(&head[68]) != static_cast<std::uint32_t>(kApplicationId)) {
    return Broken(path, "is not a k8snet store");
  }
  if (BigEndian(&head[60]) != static_cast<std::uint32_t>(kFormat)) {
    return Broken(path, "is of another format, " + std::to_string(BigEndian(&head[60])) +
                            ", than this program's, " + std::to_string(kFormat));
  }
  // With a write-ahead log beside it, a shorter file may be one whose process was killed while it
  // moved pages from there. SQLite then looks at both.
  struct stat wal {};
  if (::stat((path + "-wal").c_str(), &wal) == 0 && wal.st_size > 0) {
    return {};
  }
  const std::uint32_t raw_page = (std::uint32_t{head[16]} << 8U) | head[17];
  const std::uint64_t page = raw_page == 1 ? 65536 : raw_page;
  const std::uint64_t pages = BigEndian(&head[28]);
  if (static_cast<std::uint64_t>(info.st_size) < page * pages) {
    return Broken(path, "is truncated: " + std::to_string(info.st_size) + " of " +
                            std::to_string(page * pages) + " bytes");
  }
  return {};
}

class SqliteLog final : public RecordLog {
 public:
  SqliteLog(std::string path, File lock, Database database)
      : path_(std::move(path)), lock_(std::move(lock)), database_(std::move(database)) {}

  Status Prepare() {
    for (const auto& [statement, sql] : {std::pair{&begin_, "BEGIN IMMEDIATE"},
                                         {&commit_, "COMMIT"},
                                         {&insert_, "INSERT INTO log VALUES (?1, ?2, ?3, ?4)"},
                                         {&forget_, "DELETE FROM log WHERE revision = ?1"},
                                         {&compact_, "UPDATE compaction SET revision = ?1"}}) {
      sqlite3_stmt* prepared = nullptr;
      if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared,
                             nullptr) != SQLITE_OK) {
        return Failed();
      }
      statement->reset(prepared);
    }
    return {};
  }

  // Reads the whole log. Cost: that of reading the file once.
  Result<OpenState> Load() {
    OpenState state;
    K8SNET_ASSIGN_OR_RETURN(state.compacted_revision,
                            ReadNumber("SELECT revision FROM compaction"));
    state.revision = state.compacted_revision;
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(database_.get(),
                       "SELECT revision, key, value, previous FROM log ORDER BY revision", -1, &raw,
                       nullptr);
    const Statement statement(raw);
    if (statement == nullptr) {
      return Failed();
    }
    std::deque<Record> rows;  // Of which nothing moves while it grows.
    std::unordered_map<std::string_view, const Record*> latest;
    int step = 0;
    while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
      Record& record = rows.emplace_back();
      record.revision = static_cast<std::uint64_t>(sqlite3_column_int64(statement.get(), 0));
      record.key = Text(statement.get(), 1);
      if (sqlite3_column_type(statement.get(), 2) != SQLITE_NULL) {
        record.value = std::make_shared<const std::string>(Text(statement.get(), 2));
      }
      record.previous_revision =
          static_cast<std::uint64_t>(sqlite3_column_int64(statement.get(), 3));
      const Record*& before = latest[record.key];
      const bool existed = before != nullptr && before->value != nullptr;
      if (record.revision > state.compacted_revision) {
        const std::uint64_t found = existed ? before->revision : 0;
        if (record.previous_revision != found) {
          return Broken(path_, "is corrupt: revision " + std::to_string(record.revision) +
                                   " follows " + std::to_string(record.previous_revision) +
                                   ", but the log has " + std::to_string(found));
        }
        record.previous_value = existed ? before->value : nullptr;
      }
      before = &record;
    }
    if (step != SQLITE_DONE) {
      return Failed();
    }
    state.alive.reserve(latest.size());
    for (const auto& [key, record] : latest) {
      if (record->value != nullptr) {
        state.alive.push_back({.revision = record->revision,
                               .key = record->key,
                               .value = record->value,
                               .previous_revision = record->previous_revision});
      }
    }
    std::ranges::sort(state.alive, {}, &Record::key);
    if (!rows.empty()) {
      state.revision = std::max(state.revision, rows.back().revision);
    }
    for (Record& record : rows) {
      if (record.revision > state.compacted_revision) {
        state.history.push_back(std::move(record));
      }
    }
    return state;
  }

  [[nodiscard]] Status Write(const Transaction& transaction) override {
    if (unsure_) {
      return Broken(path_, "an earlier write failed; what the disk holds is known after a restart");
    }
    const Status written = TryWrite(transaction);
    if (!written && sqlite3_get_autocommit(database_.get()) == 0) {
      sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    return written;
  }

 private:
  static std::string Text(sqlite3_stmt* row, int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
    return {data == nullptr ? "" : data,
            static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
  }

  Status TryWrite(const Transaction& transaction) {
    K8SNET_RETURN_IF_ERROR(Run(begin_));
    for (const Record& record : transaction.records) {
      sqlite3_stmt* insert = insert_.get();
      sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(record.revision));
      sqlite3_bind_text(insert, 2, record.key.data(), static_cast<int>(record.key.size()),
                        SQLITE_STATIC);
      if (record.value == nullptr) {
        sqlite3_bind_null(insert, 3);
      } else {
        sqlite3_bind_blob(insert, 3, record.value->data(), static_cast<int>(record.value->size()),
                          SQLITE_STATIC);
      }
      sqlite3_bind_int64(insert, 4, static_cast<std::int64_t>(record.previous_revision));
      K8SNET_RETURN_IF_ERROR(Run(insert_));
    }
    for (const std::uint64_t revision : transaction.forgotten) {
      sqlite3_bind_int64(forget_.get(), 1, static_cast<std::int64_t>(revision));
      K8SNET_RETURN_IF_ERROR(Run(forget_));
    }
    if (!transaction.forgotten.empty()) {
      sqlite3_bind_int64(compact_.get(), 1,
                         static_cast<std::int64_t>(transaction.compacted_revision));
      K8SNET_RETURN_IF_ERROR(Run(compact_));
    }
    const Status committed = Run(commit_);
    if (!committed && sqlite3_extended_errcode(database_.get()) == SQLITE_IOERR_FSYNC) {
      unsure_ = true;
      // Nothing that is unsure may reach the file when it is closed.
      sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    return committed;
  }

  Status Run(const Statement& statement) {
    const int step = sqlite3_step(statement.get());
    sqlite3_reset(statement.get());
    return step == SQLITE_DONE ? Status() : Failed();
  }

  Result<std::uint64_t> ReadNumber(const char* sql) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr);
    const Statement row(raw);
    if (row == nullptr || sqlite3_step(row.get()) != SQLITE_ROW) {
      return Failed();
    }
    return static_cast<std::uint64_t>(sqlite3_column_int64(row.get(), 0));
  }

  Error Failed() { return Broken(path_, database_.get()); }

  const std::string path_;
  const File lock_;  // Given back after the database is closed.
  const Database database_;
  Statement begin_;
  Statement commit_;
  Statement insert_;
  Statement forget_;
  Statement compact_;
  bool unsure_ = false;
};

Result<Database> OpenDatabase(const std::string& path, const std::string& set_up) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (opened != SQLITE_OK) {
    return raw == nullptr ? Broken(path, "out of memory") : Broken(path, raw);
  }
  sqlite3_extended_result_codes(raw, 1);
  if (sqlite3_exec(raw, set_up.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Broken(path, raw);
  }
  return database;
}

// Locks the file for this process, as long as the result lives, and makes it if there is none.
Result<File> Lock(const std::string& path) {
  while (true) {
    File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.get() < 0) {
      return Broken(path, std::strerror(errno));
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      return Broken(path,
                    errno == EWOULDBLOCK ? "is in use by another process" : std::strerror(errno));
    }
    // Another process may have put a new store there since.
    struct stat mine {};
    struct stat there {};
    if (::fstat(file.get(), &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
        mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) {
      return file;
    }
  }
}

// Puts a new store, which is complete before it has the name, in the place of the empty file that
// `lock` is of; from then on `lock` is of the new one.
Status Make(const std::string& path, File& lock) {
  const std::string unfinished = path + ".new";
  for (const std::string& old : {unfinished, unfinished + "-wal", path + "-wal"}) {
    if (::unlink(old.c_str()) != 0 && errno != ENOENT) {
      return Broken(old, std::strerror(errno));
    }
  }
  K8SNET_ASSIGN_OR_RETURN(File file, Lock(unfinished));
  // One fsync at the end does for all.
  Result<Database> database = OpenDatabase(
      unfinished,
      "PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; "
      "BEGIN;" +
          std::string(kSchema) + "PRAGMA application_id = " + std::to_string(kApplicationId) +
          ";PRAGMA user_version = " + std::to_string(kFormat) +
          ";COMMIT; PRAGMA wal_checkpoint(TRUNCATE);");
  if (!database) {
    return std::move(database).error();
  }
  database->reset();
  const std::string::size_type slash = path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const File parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (::fsync(file.get()) != 0 || ::rename(unfinished.c_str(), path.c_str()) != 0 ||
      parent.get() < 0 || ::fsync(parent.get()) != 0) {
    return Broken(path, std::strerror(errno));
  }
  lock = std::move(file);
  return {};
}

}  // namespace

Result<std::unique_ptr<Storage>> OpenSqliteStorage(const std::string& path,
                                                   const StorageOptions& options) {
  K8SNET_ASSIGN_OR_RETURN(File lock, Lock(path));
  // The files beside it are named after the file itself, not after a link to it.
  std::array<char, PATH_MAX> resolved{};
  if (::realpath(path.c_str(), resolved.data()) == nullptr) {
    return Broken(path, std::strerror(errno));
  }
  const std::string real(resolved.data());
  bool empty = false;
  K8SNET_RETURN_IF_ERROR(CheckHead(lock, real, empty));
  if (empty) {
    K8SNET_RETURN_IF_ERROR(Make(real, lock));
  }
  K8SNET_ASSIGN_OR_RETURN(Database database, OpenDatabase(real,
                                                          "PRAGMA locking_mode = EXCLUSIVE;"
                                                          "PRAGMA journal_mode = WAL;"
                                                          "PRAGMA synchronous = FULL;"
                                                          "PRAGMA journal_size_limit = 16777216;"));
  sqlite3* raw = database.get();
  // Until its content has proved good, nothing is moved from the write-ahead log to the file.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  auto log = std::make_unique<SqliteLog>(real, std::move(lock), std::move(database));
  K8SNET_RETURN_IF_ERROR(log->Prepare());
  K8SNET_ASSIGN_OR_RETURN(OpenState state, log->Load());
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return std::unique_ptr<Storage>(
      std::make_unique<LogStorage>(std::move(log), std::move(state), options));
}

}  // namespace k8snet::server

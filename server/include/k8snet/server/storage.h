// Where objects are kept: a log of committed changes with one sequence of revisions.
#ifndef K8SNET_SERVER_STORAGE_H_
#define K8SNET_SERVER_STORAGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

// A change to one key that is to be committed.
struct Change {
  std::string key;             // "/registry/ingress/default/web"
  Bytes value;                 // Null deletes.
  // The revision the key must have: 0, it must not exist; absent, whatever it has.
  std::optional<std::uint64_t> expected_revision;
};

// A change that was committed. `revision` is that of the change, also for a deletion.
struct Record {
  std::uint64_t revision = 0;
  std::string key;
  Bytes value;                          // Null: deleted.
  std::uint64_t previous_revision = 0;  // Of the key before; 0 if it did not exist.
};

// A store. One process writes to it at a time; every method may be called from any thread.
// Thread-safe.
class Storage {
 public:
  // Called with each committed record in order of revision, before the Commit that made it returns,
  // from one thread at a time. Must not call back into the storage.
  using Observer = std::function<void(const std::vector<Record>& records)>;

  virtual ~Storage() = default;

  // Calls `observer` with all that is alive, in key order, and from then on with each commit, with
  // nothing lost or doubled between. Once per storage, before the first Commit.
  // Returns the revision of the state.
  [[nodiscard]] virtual Result<std::uint64_t> Open(
      std::function<void(const Record&)> load, Observer observer) = 0;

  // Commits all changes of `batch` or none, each with a revision of its own, and returns these in
  // order. Returns when they are durable and observed.
  // Errors: kConflict, an expected revision does not hold (message: the key);
  //         kRequestEntityTooLarge; kInternalError, the store failed and holds none of the batch.
  [[nodiscard]] virtual Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) = 0;

  // Returns the records with a revision over `revision`, in order, for watches that resume.
  // Errors: kExpired, some are compacted.
  [[nodiscard]] virtual Result<std::vector<Record>> ChangesSince(std::uint64_t revision) = 0;

  // Forgets superseded records at or before `revision`.
  [[nodiscard]] virtual Status Compact(std::uint64_t revision) = 0;
};

// A store in memory, for tests and --storage=memory.
[[nodiscard]] std::unique_ptr<Storage> NewMemoryStorage();

// Opens or makes the store in the file `path`. Commits are durable and grouped: whatever waits
// while one fsync runs goes into the next transaction.
// Errors: kInternalError with one line that names the file and what is wrong: locked by another
// process, not such a store, truncated, of a newer version. The file is then untouched.
[[nodiscard]] Result<std::unique_ptr<Storage>> OpenSqliteStorage(const std::string& path);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_STORAGE_H_

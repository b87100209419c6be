// Where objects are kept: a log of committed changes with one sequence of revisions.
#ifndef K8SNET_SERVER_STORAGE_H_
#define K8SNET_SERVER_STORAGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"

namespace k8snet::server {

// A change to one key that is to be committed.
struct Change {
  std::string key;  // "/registry/ingress/default/web"
  Bytes value;      // Null deletes, and conflicts if there is no such key.
  // The revision the key must have: 0, it must not exist; absent, whatever it has.
  std::optional<std::uint64_t> expected_revision;
};

// A change that was committed. `revision` is that of the change, also for a deletion.
struct Record {
  std::uint64_t revision = 0;
  std::string key;
  Bytes value;                          // Null: deleted.
  std::uint64_t previous_revision = 0;  // Of the key before; 0 if it did not exist.
  // What the key held before. Set in history (OpenState, ChangesSince), null in what observers see
  // and where the key did not exist.
  Bytes previous_value;
};

// What a store holds when it is opened.
struct OpenState {
  // Of the last change; 0 if there never was one.
  std::uint64_t revision = 0;
  // Changes up to this one are forgotten as changes; what they left alive is in `alive`.
  std::uint64_t compacted_revision = 0;
  // All that is alive, in order of keys.
  std::vector<Record> alive;
  // Every change after `compacted_revision`, in order of revisions, with its previous value, so
  // that watches go on over a restart.
  std::vector<Record> history;
};

// A store. One process writes to it at a time. The destructor waits for no Commit: end those first.
// Thread-safe.
class Storage {
 public:
  // Called with committed records in order of revision, each once, before the Commit that made them
  // returns. One call may hold several commits. Called from one thread at a time; must not call
  // back into the storage, and should be quick: the next commit waits for it.
  using Observer = std::function<void(const std::vector<Record>& records)>;

  virtual ~Storage() = default;

  // Returns all that the store holds; from then on `observer` sees each commit, with nothing lost
  // or doubled between. Once per storage, before anything else.
  // Errors: kInternalError, one line that names the store and what is wrong with its content.
  [[nodiscard]] virtual Result<OpenState> Open(Observer observer) = 0;

  // Commits all changes of `batch` or none, each with a revision of its own, and returns these in
  // the batch's order; revisions grow by one. Returns when they are durable and observed. A key may
  // occur once in a batch. An empty batch succeeds and changes nothing.
  // Errors: kConflict, an expected revision does not hold or what is to be deleted does not exist
  //         (message: the key); kRequestEntityTooLarge; kInternalError, the store failed and holds
  //         none of the batch, which may be tried again; or a key is empty or occurs twice.
  [[nodiscard]] virtual Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) = 0;

  // Returns the records with a revision over `revision`, in order, with their previous values.
  // Errors: kExpired, some are compacted.
  [[nodiscard]] virtual Result<std::vector<Record>> ChangesSince(std::uint64_t revision) = 0;

  // Forgets what was superseded or deleted at or before `revision`. Stores also do this themselves
  // for what is older than StorageOptions says. Later than the last change means the last change.
  [[nodiscard]] virtual Status Compact(std::uint64_t revision) = 0;
};

// How long superseded values are kept, and how large a value may be. A superseded value is
// forgotten once it is over any of the bounds.
struct StorageOptions {
  const Clock* clock = nullptr;  // Null: the machine's.
  std::chrono::seconds history_age{300};
  std::size_t history_records = 32'768;
  std::size_t history_bytes = std::size_t{64} << 20;  // Of superseded values.
  std::size_t max_value_bytes = std::size_t{3} << 20;
};

// A store in memory, for tests and --storage=memory.
[[nodiscard]] std::unique_ptr<Storage> NewMemoryStorage(const StorageOptions& options = {});

// Opens the store in the file `path`, or makes it if there is no such file. Commits are durable and
// grouped: whatever waits while one fsync runs goes into the next transaction. Disk full and I/O
// errors are errors of the Commit; after a failed fsync all later ones fail too, since what the
// disk holds is then unknown until the store is opened again.
// Errors: kInternalError with one line that names the file and what is wrong: locked by another
// process, not such a store, truncated or corrupt, of a newer version. The file is then untouched.
[[nodiscard]] Result<std::unique_ptr<Storage>> OpenSqliteStorage(
    const std::string& path, const StorageOptions& options = {});

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_STORAGE_H_

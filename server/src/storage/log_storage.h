// A Storage over any log: the index that conflicts are found in, group commit, and history.
#ifndef K8SNET_SRC_STORAGE_LOG_STORAGE_H_
#define K8SNET_SRC_STORAGE_LOG_STORAGE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "src/mutex.h"

namespace k8snet::server {

// Where records are made durable. Called from one thread at a time.
class RecordLog {
 public:
  // What is to become durable in one step.
  struct Transaction {
    std::vector<Record> records;           // In order of revisions.
    std::vector<std::uint64_t> forgotten;  // Revisions of older records to delete.
    std::uint64_t compacted_revision = 0;
  };

  virtual ~RecordLog() = default;
  // Writes all of `transaction` or nothing, and returns when it is durable.
  [[nodiscard]] virtual Status Write(const Transaction& transaction) = 0;
};

// Commits of many threads go to the log in groups: whatever waits while one write runs goes into
// the next. The thread that finds no writer writes for all. Thread-safe.
class LogStorage final : public Storage {
 public:
  // `state` is what `log` holds.
  LogStorage(std::unique_ptr<RecordLog> log, OpenState state, const StorageOptions& options);
  ~LogStorage() override;

  [[nodiscard]] Result<OpenState> Open(Observer observer) override;
  [[nodiscard]] Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) override;
  [[nodiscard]] Result<std::vector<Record>> ChangesSince(std::uint64_t revision) override;
  [[nodiscard]] Status Compact(std::uint64_t revision) override;

 private:
  // A Commit that waits. Lives on its thread's stack.
  struct Waiting {
    std::vector<Change> batch;
    std::vector<std::uint64_t> revisions;
    Status status;
    bool done = false;
  };
  struct Value {
    std::uint64_t revision = 0;
    Bytes value;
  };
  struct Past {
    Record record;  // With its previous value.
    std::chrono::steady_clock::time_point at;
  };

  // Checks what does not depend on the content of the store.
  [[nodiscard]] Status CheckBatch(const std::vector<Change>& batch) const;

  // The following are the writer's: the thread that has set writing_.
  void WriteGroup(const std::vector<Waiting*>& group);
  // Checks the batch against the index, and if it holds appends its records to the transaction and
  // applies them to the index.
  [[nodiscard]] Status Stage(Waiting& waiting, RecordLog::Transaction& transaction);
  void Unstage(const RecordLog::Transaction& transaction);
  // Moves the history that is over the bounds out of `past_` into the transaction.
  void Trim(RecordLog::Transaction& transaction);

  const std::unique_ptr<RecordLog> log_;
  const std::unique_ptr<Clock> own_clock_;
  const StorageOptions options_;
  const Clock& clock_;
  OpenState initial_;  // Until Open.
  Observer observer_;

  std::unordered_map<std::string, Value> index_;  // The writer's.
  std::uint64_t revision_ = 0;                    // The writer's.

  Mutex mutex_;
  CondVar changed_;
  bool writing_ K8SNET_GUARDED_BY(mutex_) = false;
  std::vector<Waiting*> queue_ K8SNET_GUARDED_BY(mutex_);
  std::deque<Past> past_ K8SNET_GUARDED_BY(mutex_);
  std::size_t past_bytes_ K8SNET_GUARDED_BY(mutex_) = 0;
  std::uint64_t compacted_revision_ K8SNET_GUARDED_BY(mutex_) = 0;
  std::uint64_t compact_to_ K8SNET_GUARDED_BY(mutex_) = 0;  // What Compact asked for.
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_LOG_STORAGE_H_

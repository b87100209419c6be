#include "src/storage/log_storage.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace k8snet::server {
namespace {

// How much history one write may delete, so that no commit waits for much of it.
constexpr std::size_t kMaxTrimmed = 256;

std::size_t SizeOf(const Record& record) {
  return record.previous_value == nullptr ? 0 : record.previous_value->size();
}

Error Conflict(const std::string& key) { return {Reason::kConflict, key}; }

}  // namespace

LogStorage::LogStorage(std::unique_ptr<RecordLog> log, OpenState state,
                       const StorageOptions& options)
    : log_(std::move(log)),
      own_clock_(options.clock == nullptr ? NewSystemClock() : nullptr),
      options_(options),
      clock_(options.clock == nullptr ? *own_clock_ : *options.clock),
      initial_(std::move(state)),
      revision_(initial_.revision),
      compacted_revision_(initial_.compacted_revision) {
  index_.reserve(initial_.alive.size());
  for (const Record& record : initial_.alive) {
    index_[record.key] = {record.revision, record.value};
  }
  const auto now = clock_.SteadyNow();
  for (const Record& record : initial_.history) {
    past_bytes_ += SizeOf(record);
    past_.push_back({record, now});
  }
}

LogStorage::~LogStorage() = default;

Result<OpenState> LogStorage::Open(Observer observer) {
  observer_ = std::move(observer);
  return std::exchange(initial_, {});
}

Status LogStorage::CheckBatch(const std::vector<Change>& batch) const {
  std::unordered_set<std::string_view> keys;
  for (const Change& change : batch) {
    if (change.key.empty()) {
      return Error(Reason::kInternalError, "storage: a change has no key");
    }
    if (batch.size() > 1 && !keys.insert(change.key).second) {
      return Error(Reason::kInternalError, "storage: a batch changes " + change.key + " twice");
    }
    if (change.value != nullptr && change.value->size() > options_.max_value_bytes) {
      return Error(Reason::kRequestEntityTooLarge, "Request entity too large: limit is " +
                                                       std::to_string(options_.max_value_bytes));
    }
  }
  return {};
}

Result<std::vector<std::uint64_t>> LogStorage::Commit(std::vector<Change> batch) {
  K8SNET_RETURN_IF_ERROR(CheckBatch(batch));
  Waiting mine{.batch = std::move(batch)};
  mutex_.Lock();
  queue_.push_back(&mine);
  while (!mine.done) {
    if (writing_) {
      changed_.Wait(mutex_);
      continue;
    }
    writing_ = true;
    const std::vector<Waiting*> group = std::exchange(queue_, {});
    mutex_.Unlock();
    WriteGroup(group);
    mutex_.Lock();
    for (Waiting* waiting : group) {
      waiting->done = true;
    }
    writing_ = false;
    changed_.NotifyAll();
  }
  mutex_.Unlock();
  if (!mine.status) {
    return std::move(mine.status).error();
  }
  return std::move(mine.revisions);
}

void LogStorage::WriteGroup(const std::vector<Waiting*>& group) {
  RecordLog::Transaction transaction;
  const std::uint64_t before = revision_;
  for (Waiting* waiting : group) {
    waiting->status = Stage(*waiting, transaction);
  }
  Trim(transaction);
  const bool nothing = transaction.records.empty() && transaction.forgotten.empty();
  if (const Status written = nothing ? Status() : log_->Write(transaction); !written) {
    Unstage(transaction);
    revision_ = before;
    // Also for those that conflict: it may be with what was not written.
    for (Waiting* waiting : group) {
      waiting->status = written.error();
    }
    return;
  }
  const auto now = clock_.SteadyNow();
  {
    const MutexLock lock(mutex_);
    compacted_revision_ = transaction.compacted_revision;
    while (!past_.empty() && past_.front().record.revision <= compacted_revision_) {
      past_bytes_ -= SizeOf(past_.front().record);
      past_.pop_front();
    }
    for (const Record& record : transaction.records) {
      past_bytes_ += SizeOf(record);
      past_.push_back({record, now});
    }
  }
  if (observer_ != nullptr && !transaction.records.empty()) {
    for (Record& record : transaction.records) {
      record.previous_value = nullptr;
    }
    observer_(transaction.records);
  }
}

Status LogStorage::Stage(Waiting& waiting, RecordLog::Transaction& transaction) {
  for (const Change& change : waiting.batch) {
    const auto found = index_.find(change.key);
    const std::uint64_t current = found == index_.end() ? 0 : found->second.revision;
    if (change.expected_revision.value_or(current) != current ||
        (change.value == nullptr && current == 0)) {
      return Conflict(change.key);
    }
  }
  for (Change& change : waiting.batch) {
    Record record{.revision = ++revision_, .key = change.key, .value = change.value};
    waiting.revisions.push_back(revision_);
    if (change.value == nullptr) {
      const auto found = index_.find(change.key);
      record.previous_revision = found->second.revision;
      record.previous_value = std::move(found->second.value);
      index_.erase(found);
    } else {
      Value& value = index_[change.key];
      record.previous_revision = value.revision;
      record.previous_value = std::move(value.value);
      value = {revision_, change.value};
    }
    transaction.records.push_back(std::move(record));
  }
  return {};
}

void LogStorage::Unstage(const RecordLog::Transaction& transaction) {
  for (auto it = transaction.records.rbegin(); it != transaction.records.rend(); ++it) {
    if (it->previous_revision == 0) {
      index_.erase(it->key);
    } else {
      index_[it->key] = {it->previous_revision, it->previous_value};
    }
  }
}

void LogStorage::Trim(RecordLog::Transaction& transaction) {
  const MutexLock lock(mutex_);
  const auto oldest = clock_.SteadyNow() - options_.history_age;
  std::size_t bytes = past_bytes_;
  std::size_t records = past_.size();
  transaction.compacted_revision = compacted_revision_;
  for (std::size_t i = 0; i < past_.size() && i < kMaxTrimmed; ++i) {
    const Past& past = past_[i];
    const bool over = records > options_.history_records || bytes > options_.history_bytes ||
                      past.at < oldest || past.record.revision <= compact_to_;
    if (!over) {
      break;
    }
    transaction.compacted_revision = past.record.revision;
    if (past.record.previous_revision != 0) {
      transaction.forgotten.push_back(past.record.previous_revision);
    }
    if (past.record.value == nullptr) {
      transaction.forgotten.push_back(past.record.revision);
    }
    bytes -= SizeOf(past.record);
    --records;
  }
}

Result<std::vector<Record>> LogStorage::ChangesSince(std::uint64_t revision) {
  const MutexLock lock(mutex_);
  if (revision < compacted_revision_) {
    return Error(Reason::kExpired, "The resourceVersion for the provided watch is too old.");
  }
  const auto first = std::partition_point(past_.begin(), past_.end(), [&](const Past& past) {
    return past.record.revision <= revision;
  });
  std::vector<Record> records;
  for (auto it = first; it != past_.end(); ++it) {
    records.push_back(it->record);
  }
  return records;
}

Status LogStorage::Compact(std::uint64_t revision) {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      // Of the changes that there are: later ones keep their time.
      if (!past_.empty()) {
        compact_to_ = std::max(compact_to_, std::min(revision, past_.back().record.revision));
      }
      if (past_.empty() || past_.front().record.revision > revision) {
        return {};
      }
    }
    if (Result<std::vector<std::uint64_t>> committed = Commit({}); !committed) {
      return std::move(committed).error();
    }
  }
}

}  // namespace k8snet::server

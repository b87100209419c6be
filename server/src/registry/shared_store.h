// One store that several servers use at once, for tests.
#ifndef K8SNET_SERVER_SRC_REGISTRY_SHARED_STORE_H_
#define K8SNET_SERVER_SRC_REGISTRY_SHARED_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8snet/apis/base/check.h"
#include "k8snet/server/storage.h"
#include "src/mutex.h"

namespace k8snet::server {

// Gives out seats: each is a storage of its own for one server, over the same content. A server
// sees what another one committed only when a commit of its own has ended, well or not, so its
// caches lag behind. Thread-safe.
class SharedStore {
 public:
  SharedStore() {
    const auto opened = store_->Open([this](const std::vector<Record>& records) {
      const MutexLock lock(mutex_);
      for (const Record& record : records) {
        if (record.value == nullptr) {
          alive_.erase(record.key);
        } else {
          alive_[record.key] = record;
        }
        revision_ = record.revision;
      }
      for (Seat* seat : seats_) {
        seat->pending.insert(seat->pending.end(), records.begin(), records.end());
      }
    });
    K8SNET_CHECK(opened.has_value());
  }

  [[nodiscard]] std::unique_ptr<Storage> NewSeat() { return std::make_unique<Seat>(*this); }

 private:
  struct Seat final : public Storage {
    explicit Seat(SharedStore& shared_in) : shared(shared_in) {}
    ~Seat() override {
      const MutexLock lock(shared.mutex_);
      std::erase(shared.seats_, this);
    }

    [[nodiscard]] Result<OpenState> Open(Observer observer_in) override {
      const MutexLock lock(shared.mutex_);
      observer = std::move(observer_in);
      shared.seats_.push_back(this);
      OpenState state;
      state.revision = state.compacted_revision = shared.revision_;
      for (const auto& [key, record] : shared.alive_) {
        state.alive.push_back(record);
      }
      return state;
    }
    [[nodiscard]] Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) override {
      auto committed = shared.store_->Commit(std::move(batch));
      const MutexLock turn(delivering);
      std::vector<Record> records;
      {
        const MutexLock lock(shared.mutex_);
        records = std::exchange(pending, {});
      }
      if (!records.empty()) {
        observer(records);
      }
      return committed;
    }
    [[nodiscard]] Result<std::vector<Record>> ChangesSince(std::uint64_t revision) override {
      return shared.store_->ChangesSince(revision);
    }
    [[nodiscard]] Status Compact(std::uint64_t revision) override {
      return shared.store_->Compact(revision);
    }

    SharedStore& shared;
    Mutex delivering;  // Held while the observer is called.
    Observer observer;
    std::vector<Record> pending;  // Under the store's lock.
  };

  const std::unique_ptr<Storage> store_ = NewMemoryStorage();
  Mutex mutex_;
  std::uint64_t revision_ K8SNET_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Record> alive_ K8SNET_GUARDED_BY(mutex_);
  std::vector<Seat*> seats_ K8SNET_GUARDED_BY(mutex_);
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_SHARED_STORE_H_

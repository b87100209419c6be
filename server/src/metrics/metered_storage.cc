#include "src/metrics/metered_storage.h"

#include <string>
#include <utility>
#include <vector>

namespace k8snet::server {
namespace {

class MeteredStorage final : public Storage {
 public:
  MeteredStorage(std::unique_ptr<Storage> storage, Metrics& metrics, const Clock& clock)
      : storage_(std::move(storage)), metrics_(metrics), clock_(clock) {}

  Result<OpenState> Open(Observer observer) override { return storage_->Open(std::move(observer)); }

  Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) override {
    using Operation = Metrics::Operation;
    std::vector<std::pair<Operation, std::string>> changes;
    for (const Change& change : batch) {
      changes.emplace_back(change.value == nullptr         ? Operation::kDelete
                           : change.expected_revision == 0 ? Operation::kCreate
                                                           : Operation::kUpdate,
                           change.key);
    }
    const auto start = clock_.SteadyNow();
    auto revisions = storage_->Commit(std::move(batch));
    const std::chrono::duration<double> time = clock_.SteadyNow() - start;
    for (const auto& [operation, key] : changes) {
      metrics_.Stored(operation, key, time.count());
    }
    return revisions;
  }

  Result<std::vector<Record>> ChangesSince(std::uint64_t revision) override {
    return storage_->ChangesSince(revision);
  }

  Status Compact(std::uint64_t revision) override { return storage_->Compact(revision); }

 private:
  const std::unique_ptr<Storage> storage_;
  Metrics& metrics_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Storage> NewMeteredStorage(std::unique_ptr<Storage> storage, Metrics& metrics,
                                           const Clock& clock) {
  return std::make_unique<MeteredStorage>(std::move(storage), metrics, clock);
}

}  // namespace k8snet::server

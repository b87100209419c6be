// A store that fails and dawdles at random, to test what is built on storage.
#ifndef K8SNET_SERVER_TESTING_FAULT_STORAGE_H_
#define K8SNET_SERVER_TESTING_FAULT_STORAGE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "k8snet/server/storage.h"
#include "k8snet/server/testing/fake_clock.h"

namespace k8snet::server::testing {

// How often what goes wrong.
struct FaultOptions {
  std::uint64_t seed = 1;
  int failures_percent = 20;  // Of Commit, ChangesSince and Compact.
  int delays_percent = 20;    // Before and after each of them, on the caller's thread.
  std::chrono::microseconds max_delay{200};
};

// Passes everything on to another store, except that some calls fail with kInternalError without
// reaching it, as the contract of Storage has it. Thread-safe.
class FaultStorage final : public Storage {
 public:
  FaultStorage(std::unique_ptr<Storage> storage, const FaultOptions& options)
      : storage_(std::move(storage)), options_(options), random_(options.seed) {}

  [[nodiscard]] Result<OpenState> Open(Observer observer) override {
    return storage_->Open(std::move(observer));
  }
  [[nodiscard]] Result<std::vector<std::uint64_t>> Commit(std::vector<Change> batch) override {
    return Call<std::vector<std::uint64_t>>([&] { return storage_->Commit(std::move(batch)); });
  }
  [[nodiscard]] Result<std::vector<Record>> ChangesSince(std::uint64_t revision) override {
    return Call<std::vector<Record>>([&] { return storage_->ChangesSince(revision); });
  }
  [[nodiscard]] Status Compact(std::uint64_t revision) override {
    return Call<void>([&] { return storage_->Compact(revision); });
  }

  // Calls that were made to fail.
  [[nodiscard]] std::uint64_t failures() const { return failures_.load(); }

 private:
  template <typename T, typename F>
  Result<T> Call(F&& call) {
    Delay();
    if (Happens(options_.failures_percent)) {
      failures_.fetch_add(1);
      return Error(Reason::kInternalError, "injected fault");
    }
    Result<T> result = call();
    Delay();
    return result;
  }
  bool Happens(int percent) { return random_.Below(100) < static_cast<std::uint64_t>(percent); }
  void Delay() {
    if (Happens(options_.delays_percent)) {
      std::this_thread::sleep_for(std::chrono::microseconds(
          random_.Below(static_cast<std::uint64_t>(options_.max_delay.count()) + 1)));
    }
  }

  const std::unique_ptr<Storage> storage_;
  const FaultOptions options_;
  SeededRandom random_;
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SERVER_TESTING_FAULT_STORAGE_H_

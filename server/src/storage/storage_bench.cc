// What the store and the cache cost. Durable commits are bound by the disk's fsync, which
// BM_Fsync shows for comparison.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "src/storage/cache.h"

namespace k8snet::server {
namespace {

std::string MakeDirectory() {
  std::string path = "/tmp/k8snet-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    std::abort();
  }
  return path;
}

std::vector<Change> Put(const std::string& key, const Bytes& value) {
  std::vector<Change> batch;
  batch.push_back({key, value, {}});
  return batch;
}

void BM_Fsync(benchmark::State& state) {
  const std::string directory = MakeDirectory();
  const int file = open((directory + "/f").c_str(), O_RDWR | O_CREAT, 0600);
  const std::string data(4096, 'x');
  for (auto _ : state) {
    if (write(file, data.data(), data.size()) < 0 || fdatasync(file) != 0) {
      state.SkipWithError("fsync failed");
    }
  }
  close(file);
  std::system(("rm -r " + directory).c_str());
}
BENCHMARK(BM_Fsync)->UseRealTime();

std::unique_ptr<Storage> shared_storage;
std::string shared_directory;

void BM_DurableCommit(benchmark::State& state) {
  if (state.thread_index() == 0) {
    shared_directory = MakeDirectory();
    auto opened = OpenSqliteStorage(shared_directory + "/store.db");
    shared_storage = *std::move(opened);
    (void)shared_storage->Open(nullptr);
  }
  const Bytes value = std::make_shared<const std::string>(1000, 'x');
  const std::string prefix = "/registry/ingress/default/" + std::to_string(state.thread_index());
  int i = 0;
  for (auto _ : state) {
    if (!shared_storage->Commit(Put(prefix + "-" + std::to_string(++i % 1000), value))) {
      state.SkipWithError("commit failed");
    }
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    shared_storage.reset();
    std::system(("rm -r " + shared_directory).c_str());
  }
}
BENCHMARK(BM_DurableCommit)->Threads(1)->Threads(4)->Threads(16)->UseRealTime();

// A cache of `objects` values of 1 kB.
class Filled {
 public:
  explicit Filled(int objects) {
    cache = &caches.Add({.prefix = "/registry/ingress/"});
    if (!caches.Attach(*storage)) {
      std::abort();
    }
    const Bytes value = std::make_shared<const std::string>(1000, 'x');
    for (int i = 0; i < objects; ++i) {
      (void)storage->Commit(Put(Key(i), value));
    }
  }
  static std::string Key(int i) { return "/registry/ingress/default/web-" + std::to_string(i); }

  std::unique_ptr<Clock> clock = NewSystemClock();
  EncodingBudget budget{64 << 20};
  std::unique_ptr<Storage> storage = NewMemoryStorage();
  Caches caches{*clock, budget};
  Cache* cache = nullptr;
};

void BM_CacheGet(benchmark::State& state) {
  static Filled filled(5000);
  const std::string key = Filled::Key(4321);
  for (auto _ : state) {
    benchmark::DoNotOptimize(filled.cache->snapshot().Get(key));
  }
}
BENCHMARK(BM_CacheGet)->Threads(1)->Threads(2);

void BM_CacheIterate2000(benchmark::State& state) {
  static Filled filled(2000);
  for (auto _ : state) {
    const Snapshot snapshot = filled.cache->snapshot();
    std::size_t bytes = 0;
    for (auto it = snapshot.Seek("/registry/ingress/"); it.valid(); it.Next()) {
      bytes += it.entry()->value()->size();
    }
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * 2000);
}
BENCHMARK(BM_CacheIterate2000);

void BM_CommitWithCursors(benchmark::State& state) {
  Filled filled(100);
  std::vector<std::unique_ptr<EventCursor>> cursors;
  for (int i = 0; i < state.range(0); ++i) {
    cursors.push_back(*filled.cache->Watch(filled.caches.revision(), ""));
  }
  const Bytes value = std::make_shared<const std::string>(1000, 'x');
  for (auto _ : state) {
    (void)filled.storage->Commit(Put(Filled::Key(7), value));
  }
}
BENCHMARK(BM_CommitWithCursors)->Arg(0)->Arg(2000);

}  // namespace
}  // namespace k8snet::server

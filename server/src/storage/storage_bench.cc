// What the store and the cache cost. Durable commits are bound by the disk's fsync, which
// BM_Fsync shows for comparison.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "k8snet/server/testing/temporary_directory.h"
#include "src/storage/cache.h"

namespace k8snet::server {
namespace {

std::vector<Change> Put(const std::string& key, const Bytes& value) {
  std::vector<Change> batch;
  batch.push_back({key, value, {}});
  return batch;
}

void BM_Fsync(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  const int file = open((directory.path() + "/f").c_str(), O_RDWR | O_CREAT, 0600);
  const std::string data(4096, 'x');
  for (auto _ : state) {
    if (write(file, data.data(), data.size()) < 0 || fdatasync(file) != 0) {
      state.SkipWithError("fsync failed");
    }
  }
  close(file);
}
BENCHMARK(BM_Fsync)->UseRealTime();

std::optional<testing::TemporaryDirectory> shared_directory;
std::unique_ptr<Storage> shared_storage;

void BM_DurableCommit(benchmark::State& state) {
  if (state.thread_index() == 0) {
    shared_directory.emplace();
    auto opened = OpenSqliteStorage(shared_directory->path() + "/store.db");
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
    shared_directory.reset();
  }
}
BENCHMARK(BM_DurableCommit)->Threads(1)->Threads(4)->Threads(16)->UseRealTime();

// A cache of `objects` values of 1 kB.
class Filled {
 public:
  explicit Filled(int objects, const CacheOptions& options = {}) : caches(*clock, budget, options) {
    cache = &caches.Add({.prefix = "/registry/ingress/"});
    if (!caches.Attach(*storage)) {
      std::abort();
    }
    for (int i = 0; i < objects; ++i) {
      (void)storage->Commit(Put(Key(i), std::make_shared<const std::string>(1000, 'x')));
    }
  }
  static std::string Key(int i) { return "/registry/ingress/default/web-" + std::to_string(i); }

  std::unique_ptr<Clock> clock = NewSystemClock();
  EncodingBudget budget{64 << 20};
  std::unique_ptr<Storage> storage = NewMemoryStorage();
  Caches caches;
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

// One change, then each cursor reads it and its bytes, as the watch pump does.
void BM_CommitReadByCursors(benchmark::State& state) {
  Filled filled(100);
  std::vector<std::unique_ptr<EventCursor>> cursors;
  for (int i = 0; i < state.range(0); ++i) {
    cursors.push_back(*filled.cache->Watch(filled.caches.revision(), ""));
  }
  const Bytes value = std::make_shared<const std::string>(1000, 'x');
  for (auto _ : state) {
    (void)filled.storage->Commit(Put(Filled::Key(7), value));
    for (const auto& cursor : cursors) {
      const EventPtr event = *cursor->Next();
      benchmark::DoNotOptimize(event->encodings.Get(1, [&] { return value; }));
    }
  }
  state.SetItemsProcessed(state.iterations() * std::max<std::int64_t>(1, state.range(0)));
}
BENCHMARK(BM_CommitReadByCursors)->Arg(0)->Arg(2000);

void BM_EncodingHit(benchmark::State& state) {
  static EncodingBudget budget(1 << 20);
  static const Encodings encodings(budget);
  const std::function<Bytes()> make = [] { return std::make_shared<const std::string>(1000, 'x'); };
  for (auto _ : state) {
    benchmark::DoNotOptimize(encodings.Get(1, make));
  }
}
BENCHMARK(BM_EncodingHit)->Threads(1)->Threads(2);

// The state before 1,000 changes, which is made from the newest.
void BM_SnapshotAt(benchmark::State& state) {
  Filled filled(5000);
  const Bytes value = std::make_shared<const std::string>(1000, 'x');
  std::uint64_t wanted = 0;
  for (auto _ : state) {
    state.PauseTiming();
    wanted = filled.caches.revision();
    for (int i = 0; i < 1000; ++i) {
      (void)filled.storage->Commit(Put(Filled::Key(i), value));
    }
    state.ResumeTiming();
    benchmark::DoNotOptimize(filled.cache->SnapshotAt(wanted));
  }
}
BENCHMARK(BM_SnapshotAt)->Iterations(50);

// What an object of 1,000 bytes costs in memory besides them, in the cache and in the store's
// index, once its history is forgotten.
void BM_MemoryPerEntry(benchmark::State& state) {
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    Filled filled(static_cast<int>(state.range(0)), CacheOptions{{.max_events = 1}});
    (void)filled.storage->Compact(filled.caches.revision());
    const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["bytes_per_entry"] =
        static_cast<double>(after - before) / static_cast<double>(state.range(0)) - 1000;
  }
}
BENCHMARK(BM_MemoryPerEntry)->Arg(5000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

// From nothing to a filled cache, out of a file with so many objects of 1,000 bytes.
void BM_OpenSqlite(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/store.db";
  {
    auto storage = OpenSqliteStorage(path);
    (void)(*storage)->Open(nullptr);
    const Bytes value = std::make_shared<const std::string>(1000, 'x');
    std::vector<Change> batch;
    for (int i = 0; i < state.range(0); ++i) {
      batch.push_back({Filled::Key(i), value, {}});
    }
    if (!(*storage)->Commit(std::move(batch))) {
      state.SkipWithError("commit failed");
    }
  }
  const std::unique_ptr<Clock> clock = NewSystemClock();
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    EncodingBudget budget(1 << 20);
    auto storage = OpenSqliteStorage(path);
    Caches caches(*clock, budget);
    Cache& cache = caches.Add({.prefix = "/registry/ingress/"});
    if (!caches.Attach(**storage) || cache.snapshot().size() == 0) {
      state.SkipWithError("open failed");
    }
    // The rest of the time is that of closing.
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}
BENCHMARK(BM_OpenSqlite)
    ->Arg(1)
    ->Arg(5000)
    ->Arg(100'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace k8snet::server

#include "src/registry/namespace_cleaner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/meta.h"

namespace k8snet::server {
namespace {

using core::v1::Namespace;

constexpr std::string_view kContentFinalizer = "kubernetes";

// How often the thread looks whether something is due.
constexpr std::chrono::milliseconds kPeriod{500};

}  // namespace

NamespaceCleaner::NamespaceCleaner(const ServedResource& namespaces, const Catalog& catalog,
                                   Writer& writer, const ObjectCodec& codec, const Clock& clock,
                                   Logger& logger)
    : namespaces_(namespaces),
      catalog_(catalog),
      writer_(writer),
      codec_(codec),
      clock_(clock),
      logger_(logger) {}

NamespaceCleaner::~NamespaceCleaner() {
  if (thread_.joinable()) {
    {
      const MutexLock lock(mutex_);
      thread_.request_stop();
      changed_.NotifyAll();
    }
    thread_.join();
  }
}

void NamespaceCleaner::Start() {
  const StoredKind& kind = *namespaces_.kind;
  const Snapshot snapshot = kind.cache->snapshot();
  for (auto it = snapshot.Seek(kind.key_prefix); it.valid(); it.Next()) {
    const auto object = codec_.DecodeStored(kind, *it.entry(), it.entry()->revision());
    if (object && MetaOf(*object).deletion_timestamp) {
      Schedule(MetaOf(*object).name);
    }
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void NamespaceCleaner::Schedule(const std::string& name) {
  const MutexLock lock(mutex_);
  due_.emplace(name, clock_.SteadyNow() + kDelay);
  changed_.NotifyAll();
}

void NamespaceCleaner::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(mutex_);
      if (due_.empty()) {
        changed_.Wait(mutex_);
        continue;
      }
      changed_.WaitUntil(mutex_, std::chrono::steady_clock::now() + kPeriod);
    }
    if (!stop.stop_requested()) {
      RunDue();
    }
  }
}

void NamespaceCleaner::RunDue() {
  std::vector<std::string> names;
  {
    const MutexLock lock(mutex_);
    const SteadyTime now = clock_.SteadyNow();
    std::erase_if(due_, [&](const auto& entry) {
      const bool is_due = entry.second <= now;
      if (is_due) {
        names.push_back(entry.first);
      }
      return is_due;
    });
  }
  for (const std::string& name : names) {
    if (!DeleteContent(name)) {
      Schedule(name);
      continue;
    }
    if (const Status finalized = Finalize(name);
        !finalized && finalized.error().reason != Reason::kNotFound) {
      logger_.Error("Namespace could not be finalized",
                    {{"namespace", name}, {"err", finalized.error().message}});
      Schedule(name);
    }
  }
}

bool NamespaceCleaner::DeleteContent(const std::string& name) {
  bool left = false;
  for (const auto& kind : catalog_.kinds()) {
    if (!kind->hub->namespaced) {
      continue;
    }
    const ServedResource& served = *kind->versions.front();
    const Snapshot snapshot = kind->cache->snapshot();
    for (auto it = snapshot.Seek(kind->Prefix(name)); it.valid(); it.Next()) {
      const auto deleted = writer_.Delete({.served = served,
                                           .name_space = name,
                                           .name = std::string(it.entry()->name()),
                                           .scope = {}},
                                          {.policy = DeleteRules::Policy::kBackground});
      left = left || (deleted ? !deleted->gone : deleted.error().reason != Reason::kNotFound);
    }
  }
  return !left;
}

Status NamespaceCleaner::Finalize(const std::string& name) {
  WarningList warnings;
  const auto without_finalizer = [](const Object* old) -> Result<MutableObject> {
    MutableObject object(*old);
    auto& finalizers = object.Get<Namespace>().spec.finalizers;
    std::erase(finalizers, kContentFinalizer);
    return object;
  };
  const auto written = writer_.Update(
      {.served = namespaces_, .name_space = "", .name = name, .scope = {.subresource = "finalize"}},
      {}, without_finalizer, warnings);
  if (!written) {
    return written.error();
  }
  return {};
}

}  // namespace k8snet::server

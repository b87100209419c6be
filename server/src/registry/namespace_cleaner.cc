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
    if (!Clean(name)) {
      Schedule(name);
    }
  }
}

std::optional<Object> NamespaceCleaner::Going(const std::string& name) const {
  const StoredKind& kind = *namespaces_.kind;
  const EntryPtr entry = kind.cache->snapshot().Get(kind.Key("", name));
  if (entry == nullptr) {
    return std::nullopt;
  }
  const auto object = codec_.DecodeStored(kind, *entry, entry->revision());
  if (!object || !MetaOf(*object).deletion_timestamp ||
      object->Get<Namespace>().spec.finalizers.empty()) {
    return std::nullopt;
  }
  return *object;
}

bool NamespaceCleaner::Clean(const std::string& name) {
  const std::optional<Object> found = Going(name);
  if (!found) {
    return true;
  }
  const NamespaceLeftovers left = DeleteContent(name);
  const Time now{std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count()};
  auto status = found->Get<Namespace>().status;
  Status written;
  if (SetDeletionConditions(left, now, status)) {
    written = Write(*found, "status",
                    [&](Namespace& object) { SetDeletionConditions(left, now, object.status); });
  }
  if (written && left.none()) {
    written = Write(*found, "finalize", [](Namespace& object) {
      std::erase(object.spec.finalizers, kContentFinalizer);
    });
  }
  if (!written && written.error().reason != Reason::kNotFound) {
    logger_.Error("Namespace could not be finalized",
                  {{"namespace", name}, {"err", written.error().message}});
    return false;
  }
  return left.none();
}

NamespaceLeftovers NamespaceCleaner::DeleteContent(const std::string& name) {
  NamespaceLeftovers left;
  for (const auto& kind : catalog_.kinds()) {
    if (!kind->hub->namespaced) {
      continue;
    }
    const ServedResource& served = *kind->versions.front();
    const std::string resource =
        std::string(kind->hub->plural) + "." + std::string(kind->hub->group);
    const Snapshot snapshot = kind->cache->snapshot();
    for (auto it = snapshot.Seek(kind->Prefix(name)); it.valid(); it.Next()) {
      const auto deleted = writer_.Delete({.served = served,
                                           .name_space = name,
                                           .name = std::string(it.entry()->name()),
                                           .scope = {}},
                                          {.policy = DeleteRules::Policy::kBackground});
      if (!deleted) {
        if (deleted.error().reason != Reason::kNotFound) {
          left.errors.push_back(deleted.error().message);
        }
      } else if (!deleted->gone) {
        ++left.resources[resource];
        for (const std::string& finalizer : MetaOf(deleted->object).finalizers) {
          ++left.finalizers[finalizer];
        }
      }
    }
  }
  return left;
}

Status NamespaceCleaner::Write(const Object& found, std::string_view subresource,
                               const std::function<void(Namespace&)>& change) {
  WarningList warnings;
  const auto changed = [&](const Object* old) -> Result<MutableObject> {
    MutableObject object(*old);
    change(object.Get<Namespace>());
    return object;
  };
  const auto written = writer_.Update({.served = namespaces_,
                                       .name_space = "",
                                       .name = MetaOf(found).name,
                                       .scope = {.subresource = subresource}},
                                      {.uid = MetaOf(found).uid}, changed, warnings);
  if (!written) {
    return written.error();
  }
  return {};
}

}  // namespace k8snet::server

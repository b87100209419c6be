#include "src/registry/cluster_network.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta.h"
#include "src/registry/uid.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

using core::v1::Service;
using networking::v1::IPAddress;
using networking::v1::ServiceCIDR;
using validation::Ip;

constexpr std::string_view kAddressKeys = "/registry/ipaddresses/";
constexpr std::string_view kPortKeys = "/registry/ranges/servicenodeports/";

constexpr std::string_view kFamilyLabel = "ipaddress.kubernetes.io/ip-family";
constexpr std::string_view kManagedByLabel = "ipaddress.kubernetes.io/managed-by";
constexpr std::string_view kManager = "ipallocator.k8s.io";

// Fields of the IPAddresses made here.
constexpr std::string_view kOwnedFields =
    R"({"f:metadata":{"f:labels":{".":{},"f:ipaddress.kubernetes.io/ip-family":{},)"
    R"("f:ipaddress.kubernetes.io/managed-by":{}}},)"
    R"("f:spec":{"f:parentRef":{".":{},"f:name":{},"f:namespace":{},"f:resource":{}}}})";

// How long an IPAddress may wait for its service: a kube-apiserver on the same store stores the
// service after it.
constexpr std::int64_t kLeakSeconds = 60;

// How many changes one commit of a repair has.
constexpr std::size_t kBatch = 500;

std::string AddressKey(const Ip& ip) { return std::string(kAddressKeys) + ip.ToString(); }
std::string PortKey(std::int32_t port) { return std::string(kPortKeys) + std::to_string(port); }

// Returns the object of an entry as it is stored, or nothing if it cannot be read.
template <typename T>
std::optional<T> Stored(const Entry& entry) {
  T object;
  const std::optional<std::string_view> message = StoredMessage(*entry.value());
  if (!message || !MergeProtobuf(TypeOf<T>(), &object, *message)) {
    return std::nullopt;
  }
  return object;
}

bool MadeHere(const IPAddress& address) {
  const auto label = address.metadata.labels.find(std::string(kManagedByLabel));
  return label != address.metadata.labels.end() && label->second == kManager;
}

// Whether addresses may be taken from it. Without a condition it counts as ready.
bool Usable(const ServiceCIDR& cidr) {
  return !cidr.metadata.deletion_timestamp &&
         std::none_of(cidr.status.conditions.begin(), cidr.status.conditions.end(),
                      [](const auto& c) { return c.type == "Ready" && c.status != "True"; });
}

std::optional<AddressRange> RangeOf(const std::string& text) {
  constexpr int kShortestIpv6 = 64;
  const auto network = validation::ParseCidr(text);
  if (!network || (!network->ip.v4 && network->prefix < kShortestIpv6)) {
    return std::nullopt;
  }
  return AddressRange(*network);
}

// Whether the changes were committed; not if they conflict.
Result<bool> CommitUnlessRaced(Storage& storage, std::vector<Change> changes) {
  const auto committed = storage.Commit(std::move(changes));
  if (!committed && committed.error().reason != Reason::kConflict) {
    return committed.error();
  }
  return committed.has_value();
}

// Calls the functions for each address and node port that `service` has, which may be as a release
// before dual stack stored it.
template <typename AddIp, typename AddPort>
void ForEachHeld(const Service& service, const AddIp& add_ip, const AddPort& add_port) {
  const core::v1::ServiceSpec& spec = service.spec;
  if (spec.type != "ExternalName") {
    for (const std::string& text :
         spec.cluster_ips.empty() ? std::vector<std::string>{spec.cluster_ip} : spec.cluster_ips) {
      if (const auto ip = validation::ParseIp(text)) {
        add_ip(*ip);
      }
    }
  }
  if (spec.type != "NodePort" && spec.type != "LoadBalancer") {
    return;
  }
  for (const core::v1::ServicePort& port : spec.ports) {
    add_port(port.node_port);
  }
  add_port(spec.health_check_node_port);
}

}  // namespace

ClusterNetwork::ClusterNetwork(const ServiceSettings& settings, const Catalog& catalog,
                               Caches& caches, const ObjectCodec& codec, const Clock& clock,
                               Random& random)
    : codec_(codec),
      clock_(clock),
      random_(random),
      ports_(settings.node_port_first, settings.node_port_last) {
  for (const std::string& text : settings.cluster_ip_ranges) {
    const auto range = RangeOf(text);
    K8SNET_CHECK(range.has_value());
    own_.push_back(*range);
  }
  K8SNET_CHECK(!own_.empty());
  for (const auto& kind : catalog.kinds()) {
    if (kind->key_prefix == kAddressKeys) {
      addresses_ = kind->cache;
    } else if (kind->hub->type == &TypeOf<ServiceCIDR>()) {
      cidrs_ = kind.get();
    }
  }
  if (addresses_ == nullptr) {
    CacheConfig config;
    config.prefix = kAddressKeys;
    config.namespaced = false;
    addresses_ = &caches.Add(std::move(config));
  }
  CacheConfig config;
  config.prefix = kPortKeys;
  config.namespaced = false;
  taken_ports_ = &caches.Add(std::move(config));
}

const AddressRange* ClusterNetwork::OwnRange(std::string_view family) const {
  const auto found = std::find_if(own_.begin(), own_.end(),
                                  [&](const auto& range) { return range.family() == family; });
  return found == own_.end() ? nullptr : &*found;
}

std::shared_ptr<const std::vector<AddressRange>> ClusterNetwork::Ranges() {
  std::vector<EntryPtr> entries;
  if (cidrs_ != nullptr) {
    const Snapshot snapshot = cidrs_->cache->snapshot();
    for (auto it = snapshot.Seek(cidrs_->key_prefix); it.valid(); it.Next()) {
      entries.push_back(it.entry());
    }
  }
  {
    const MutexLock lock(mutex_);
    if (table_.ranges != nullptr && table_.made_from == entries) {
      return table_.ranges;
    }
  }
  auto ranges = std::make_shared<std::vector<AddressRange>>();
  if (cidrs_ == nullptr) {
    *ranges = own_;
  }
  for (const EntryPtr& entry : entries) {
    const auto cidr = Stored<ServiceCIDR>(*entry);
    if (!cidr || !Usable(*cidr)) {
      continue;
    }
    for (const std::string& text : cidr->spec.cidrs) {
      if (const auto range = RangeOf(text)) {
        ranges->push_back(*range);
      }
    }
  }
  const MutexLock lock(mutex_);
  table_ = {std::move(entries), ranges};
  return ranges;
}

bool ClusterNetwork::AnyRangeHolds(const Ip& ip) const {
  if (cidrs_ == nullptr) {
    return std::any_of(own_.begin(), own_.end(), [&](const auto& own) { return own.Holds(ip); });
  }
  const Snapshot snapshot = cidrs_->cache->snapshot();
  for (auto it = snapshot.Seek(cidrs_->key_prefix); it.valid(); it.Next()) {
    const auto cidr = Stored<ServiceCIDR>(*it.entry());
    for (const std::string& text : cidr ? cidr->spec.cidrs : std::vector<std::string>()) {
      const auto range = RangeOf(text);
      if (range && range->Holds(ip)) {
        return true;
      }
    }
  }
  return false;
}

bool ClusterNetwork::Taken::Has(const Ip& ip) const {
  return addresses_.Get(AddressKey(ip)) != nullptr;
}

bool ClusterNetwork::Taken::HasPort(std::int32_t port) const {
  return ports_.Get(PortKey(port)) != nullptr;
}

ClusterNetwork::Taken ClusterNetwork::Now() const {
  Taken taken;
  taken.addresses_ = addresses_->snapshot();
  taken.ports_ = taken_ports_->snapshot();
  return taken;
}

Change ClusterNetwork::TakeFor(const Ip& ip, const std::string& name_space,
                               const std::string& name) const {
  IPAddress address;
  address.metadata.name = ip.ToString();
  address.metadata.uid = NewUid(random_);
  const Time now{std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count()};
  address.metadata.creation_timestamp = now;
  address.metadata.labels.emplace(kFamilyLabel, ip.v4 ? "IPv4" : "IPv6");
  address.metadata.labels.emplace(kManagedByLabel, kManager);
  meta::v1::ManagedFieldsEntry& owner = address.metadata.managed_fields.emplace_back();
  owner.manager = "kube-apiserver";
  owner.operation = "Update";
  owner.api_version = "networking.k8s.io/v1";
  owner.time = now;
  owner.fields_type = "FieldsV1";
  owner.fields_v1 = RawJson{std::string(kOwnedFields)};
  networking::v1::ParentReference& parent = address.spec.parent_ref.emplace();
  parent.resource = "services";
  parent.namespace_ = name_space;
  parent.name = name;
  return {AddressKey(ip), codec_.EncodeStored(Object::Of(std::move(address))), 0};
}

Change ClusterNetwork::Take(const Ip& ip, const Service& service) const {
  return TakeFor(ip, service.metadata.namespace_, service.metadata.name);
}

Change ClusterNetwork::TakePort(std::int32_t port, const Service& service) {
  return {PortKey(port),
          std::make_shared<const std::string>(service.metadata.namespace_ + "/" +
                                              service.metadata.name),
          0};
}

std::optional<Change> ClusterNetwork::GiveBack(const std::string& text,
                                               const Service& service) const {
  const auto ip = validation::ParseIp(text);
  if (!ip) {
    return std::nullopt;
  }
  const EntryPtr entry = addresses_->snapshot().Get(AddressKey(*ip));
  const auto address = entry == nullptr ? std::nullopt : Stored<IPAddress>(*entry);
  if (!address || !address->spec.parent_ref ||
      address->spec.parent_ref->namespace_ != service.metadata.namespace_ ||
      address->spec.parent_ref->name != service.metadata.name) {
    return std::nullopt;
  }
  return Change{entry->key(), nullptr, entry->revision()};
}

std::optional<Change> ClusterNetwork::GiveBackPort(std::int32_t port) const {
  const EntryPtr entry = taken_ports_->snapshot().Get(PortKey(port));
  if (entry == nullptr) {
    return std::nullopt;
  }
  return Change{entry->key(), nullptr, entry->revision()};
}

Result<ClusterNetwork::Holdings> ClusterNetwork::HoldingsOf(const StoredKind& services) {
  Holdings holdings;
  const Snapshot snapshot = services.cache->snapshot();
  for (auto it = snapshot.Seek(services.key_prefix); it.valid(); it.Next()) {
    const auto service = Stored<Service>(*it.entry());
    if (!service) {
      return Error(Reason::kInternalError,
                   "the stored object " + it.entry()->key() + " cannot be read");
    }
    // What two services have stays with the first.
    ForEachHeld(
        *service, [&](const Ip& ip) { holdings.emplace(AddressKey(ip), it.entry()); },
        [&](std::int32_t port) {
          if (ports_.Holds(port)) {
            holdings.emplace(PortKey(port), it.entry());
          }
        });
  }
  return holdings;
}

std::optional<Change> ClusterNetwork::Mended(const Entry& entry, const Holdings& holdings) const {
  const auto address = Stored<IPAddress>(entry);
  if (!address) {
    return std::nullopt;
  }
  const auto held = holdings.find(entry.key());
  if (held == holdings.end()) {
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count();
    const bool leaked =
        MadeHere(*address) && now - address->metadata.creation_timestamp.seconds > kLeakSeconds;
    return leaked ? std::optional(Change{entry.key(), nullptr, entry.revision()}) : std::nullopt;
  }
  const Entry& owner = *held->second;
  const auto& parent = address->spec.parent_ref;
  const auto ip = validation::ParseIp(address->metadata.name);
  if (!ip || (parent && parent->group.empty() && parent->resource == "services" &&
              parent->namespace_ == owner.name_space() && parent->name == owner.name() &&
              MadeHere(*address))) {
    return std::nullopt;
  }
  Change change = TakeFor(*ip, std::string(owner.name_space()), std::string(owner.name()));
  change.expected_revision = entry.revision();
  return change;
}

Status ClusterNetwork::Repair(const StoredKind& services, Storage& storage) {
  K8SNET_ASSIGN_OR_RETURN(const Holdings holdings, HoldingsOf(services));
  std::vector<Change> changes;
  const Snapshot addresses = addresses_->snapshot();
  const Snapshot ports = taken_ports_->snapshot();
  for (const auto& [key, owner] : holdings) {
    const std::string name_space(owner->name_space());
    const std::string name(owner->name());
    if (key.starts_with(kPortKeys)) {
      if (ports.Get(key) == nullptr) {
        changes.push_back({key, std::make_shared<const std::string>(name_space + "/" + name), 0});
      }
      continue;
    }
    const auto ip = validation::ParseIp(std::string_view(key).substr(kAddressKeys.size()));
    if (ip && addresses.Get(key) == nullptr && AnyRangeHolds(*ip)) {
      changes.push_back(TakeFor(*ip, name_space, name));
    }
  }
  for (auto it = addresses.Seek(kAddressKeys); it.valid(); it.Next()) {
    if (auto change = Mended(*it.entry(), holdings)) {
      changes.push_back(*std::move(change));
    }
  }
  for (auto it = ports.Seek(kPortKeys); it.valid(); it.Next()) {
    if (holdings.count(it.entry()->key()) == 0) {
      changes.push_back({it.entry()->key(), nullptr, it.entry()->revision()});
    }
  }
  for (std::size_t done = 0; done < changes.size(); done += kBatch) {
    const auto first = changes.begin() + static_cast<std::ptrdiff_t>(done);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(kBatch, changes.size() - done));
    K8SNET_ASSIGN_OR_RETURN(const bool committed, CommitUnlessRaced(storage, {first, last}));
    // Somebody else on the store is at it, too: what is left of the batch goes one by one.
    for (auto it = first; !committed && it != last; ++it) {
      K8SNET_RETURN_IF_ERROR(CommitUnlessRaced(storage, {*it}));
    }
  }
  return {};
}

Status ClusterNetwork::Retake(const IPAddress& last, const StoredKind& services, Storage& storage) {
  const auto ip = validation::ParseIp(last.metadata.name);
  if (!ip || !last.spec.parent_ref || last.spec.parent_ref->resource != "services") {
    return {};
  }
  const auto& [group, resource, name_space, name] = *last.spec.parent_ref;
  const EntryPtr entry = services.cache->snapshot().Get(services.Key(name_space, name));
  if (entry == nullptr) {
    return {};
  }
  K8SNET_ASSIGN_OR_RETURN(const Object stored,
                          codec_.DecodeStored(services, *entry, entry->revision()));
  bool held = false;
  ForEachHeld(
      stored.Get<Service>(), [&](const Ip& other) { held = held || other == *ip; },
      [](std::int32_t) {});
  if (!held) {
    return {};
  }
  K8SNET_RETURN_IF_ERROR(CommitUnlessRaced(storage, {TakeFor(*ip, name_space, name)}));
  return {};
}

}  // namespace k8snet::server

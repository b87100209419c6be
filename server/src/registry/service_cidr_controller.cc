#include "src/registry/service_cidr_controller.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/validation/ip.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

using networking::v1::ServiceCIDR;
using validation::Cidr;
using validation::Ip;

constexpr std::string_view kFinalizer = "networking.k8s.io/service-cidr-finalizer";
constexpr std::string_view kManagedByLabel = "ipaddress.kubernetes.io/managed-by";
constexpr std::string_view kAllocator = "ipallocator.k8s.io";
constexpr std::string_view kName = "service-cidr-controller";
constexpr std::string_view kPath = "/apis/networking.k8s.io/v1/servicecidrs/";

constexpr int kNotFound = 404;

// How often the thread looks whether there is something to do.
constexpr std::chrono::milliseconds kPeriod{500};

bool HasFinalizer(const ServiceCIDR& cidr) {
  const auto& finalizers = cidr.metadata.finalizers;
  return std::find(finalizers.begin(), finalizers.end(), kFinalizer) != finalizers.end();
}

bool Holds(const ServiceCIDR& cidr, const Ip& ip) {
  return std::any_of(cidr.spec.cidrs.begin(), cidr.spec.cidrs.end(), [&](const std::string& text) {
    const auto network = validation::ParseCidr(text);
    return network && network->Contains(ip);
  });
}

bool Holds(const ServiceCIDR& cidr, const Cidr& inner) {
  return std::any_of(cidr.spec.cidrs.begin(), cidr.spec.cidrs.end(), [&](const std::string& text) {
    const auto network = validation::ParseCidr(text);
    return network && network->prefix <= inner.prefix && network->Contains(inner.network());
  });
}

}  // namespace

ServiceCidrController::ServiceCidrController(ApiHandler& api, const Catalog& catalog,
                                             const Clock& clock, Logger& logger)
    : client_(api, logger, kName),
      cidrs_(*catalog.FindKind("networking.k8s.io/v1", "ServiceCIDR")->kind),
      addresses_(*catalog.FindKind("networking.k8s.io/v1", "IPAddress")->kind),
      clock_(clock),
      logger_(logger) {}

ServiceCidrController::~ServiceCidrController() {
  if (thread_.joinable()) {
    {
      const MutexLock lock(mutex_);
      thread_.request_stop();
      stopping_.NotifyAll();
    }
    thread_.join();
  }
}

void ServiceCidrController::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void ServiceCidrController::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Sync();
    const MutexLock lock(mutex_);
    if (!stop.stop_requested()) {
      stopping_.WaitUntil(mutex_, std::chrono::steady_clock::now() + kPeriod);
    }
  }
}

void ServiceCidrController::Sync() {
  Cidrs all;
  const Snapshot snapshot = cidrs_.cache->snapshot();
  for (auto it = snapshot.Seek(cidrs_.key_prefix); it.valid(); it.Next()) {
    ServiceCIDR cidr;
    const auto message = StoredMessage(*it.entry()->value());
    if (message && MergeProtobuf(TypeOf<ServiceCIDR>(), &cidr, *message)) {
      all.push_back(std::move(cidr));
    }
  }
  for (const ServiceCIDR& cidr : all) {
    if (const Status done = SyncOne(cidr, all); !done) {
      logger_.Error("ServiceCIDR could not be brought up to date",
                    {{"name", cidr.metadata.name}, {"err", done.error().message}});
    }
  }
}

Status ServiceCidrController::SyncOne(const ServiceCIDR& cidr, const Cidrs& all) {
  const std::string path = std::string(kPath) + cidr.metadata.name;
  if (!cidr.metadata.deletion_timestamp) {
    if (!HasFinalizer(cidr)) {
      K8SNET_RETURN_IF_ERROR(client_.Send(
          "PATCH", path, R"({"metadata":{"finalizers":[")" + std::string(kFinalizer) + R"("]}})",
          kStrategicPatchBody, kNotFound));
    }
    return SetReady(cidr, "True", "", "Kubernetes Service CIDR is ready");
  }
  if (!HasFinalizer(cidr)) {
    return {};
  }
  if (!CanGo(cidr, all)) {
    return SetReady(
        cidr, "False", "Terminating",
        "There are still IPAddresses referencing the ServiceCIDR, please remove them or "
        "create a new ServiceCIDR");
  }
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count();
  if (now - cidr.metadata.deletion_timestamp->seconds < kGrace.count()) {
    return {};
  }
  return client_.Send("PATCH", path,
                      R"({"metadata":{"$deleteFromPrimitiveList/finalizers":[")" +
                          std::string(kFinalizer) + R"("]}})",
                      kStrategicPatchBody, kNotFound);
}

bool ServiceCidrController::CanGo(const ServiceCIDR& cidr, const Cidrs& all) const {
  const auto is_other = [&](const ServiceCIDR& other) {
    return other.metadata.name != cidr.metadata.name;
  };
  const bool within_others =
      std::all_of(cidr.spec.cidrs.begin(), cidr.spec.cidrs.end(), [&](const std::string& text) {
        const auto network = validation::ParseCidr(text);
        return network && std::any_of(all.begin(), all.end(), [&](const ServiceCIDR& other) {
                 return is_other(other) && Holds(other, *network);
               });
      });
  if (within_others) {
    return true;
  }
  const Snapshot snapshot = addresses_.cache->snapshot();
  for (auto it = snapshot.Seek(addresses_.key_prefix); it.valid(); it.Next()) {
    const std::string* manager = it.entry()->attributes().FindLabel(kManagedByLabel);
    const auto ip = validation::ParseIp(it.entry()->name());
    if (manager == nullptr || *manager != kAllocator || !ip || !Holds(cidr, *ip)) {
      continue;
    }
    if (std::none_of(all.begin(), all.end(), [&](const ServiceCIDR& other) {
          return is_other(other) && Holds(other, *ip);
        })) {
      return false;
    }
  }
  return true;
}

Status ServiceCidrController::SetReady(const ServiceCIDR& cidr, const std::string& status,
                                       const std::string& reason, const std::string& message) {
  for (const auto& condition : cidr.status.conditions) {
    if (condition.type == "Ready" && condition.status == status && condition.reason == reason &&
        condition.message == message) {
      return {};
    }
  }
  const Time now{std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count()};
  return client_.Send(
      "PATCH",
      std::string(kPath) + cidr.metadata.name + "/status?fieldManager=" + std::string(kName) +
          "&force=true",
      R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":")" +
          cidr.metadata.name + R"("},"status":{"conditions":[{"type":"Ready","status":")" + status +
          R"(","reason":")" + reason + R"(","message":")" + message +
          R"(","lastTransitionTime":")" + now.ToString() + R"("}]}})",
      kApplyPatchBody, kNotFound);
}

}  // namespace k8snet::server

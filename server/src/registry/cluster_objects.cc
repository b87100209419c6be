#include "src/registry/cluster_objects.h"

#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/networking/v1.h"

namespace k8snet::server {
namespace {

constexpr std::array<std::string_view, 4> kNamespaces = {"default", "kube-system", "kube-public",
                                                         "kube-node-lease"};
constexpr std::string_view kName = "kubernetes";
constexpr std::string_view kCidrs = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr std::string_view kServices = "/api/v1/namespaces/default/services";
constexpr std::string_view kEndpoints = "/api/v1/namespaces/default/endpoints";
constexpr std::string_view kSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

constexpr int kConflict = 409;

std::string At(std::string_view collection) {
  return std::string(collection) + "/" + std::string(kName);
}

// The object's JSON without what only its creation sets: metadata.labels and these members.
std::string Json(std::string_view labels, std::string_view members) {
  return R"({"metadata":{"name":")" + std::string(kName) + R"(","labels":{)" + std::string(labels) +
         "}}," + std::string(members) + "}";
}

bool HasLabel(const std::map<std::string, std::string>& labels, const std::string& name,
              std::string_view value) {
  const auto found = labels.find(name);
  return found != labels.end() && found->second == value;
}

}  // namespace

ClusterObjects::ClusterObjects(ApiHandler& api, const Catalog& catalog, const ObjectCodec& codec,
                               ClusterNetwork* network, std::vector<std::string> cluster_ip_ranges,
                               Logger& logger)
    : client_(api, logger, "kube-apiserver"),
      catalog_(catalog),
      codec_(codec),
      network_(network),
      cluster_ip_ranges_(std::move(cluster_ip_ranges)),
      logger_(logger) {}

ClusterObjects::~ClusterObjects() {
  if (thread_.joinable()) {
    {
      const MutexLock lock(mutex_);
      thread_.request_stop();
      stopping_.NotifyAll();
    }
    thread_.join();
  }
}

Status ClusterObjects::RunAll(const std::vector<Task>& tasks) {
  std::vector<Status> results(tasks.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < tasks.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = tasks[i](); });
  }
  if (!tasks.empty()) {
    results[0] = tasks[0]();
  }
  threads.clear();
  const auto failed = std::find_if(results.begin(), results.end(),
                                   [](const Status& result) { return !result.has_value(); });
  return failed == results.end() ? Status() : std::move(*failed);
}

std::optional<Object> ClusterObjects::Find(const ServedResource& served,
                                           std::string_view name_space,
                                           std::string_view name) const {
  const StoredKind& kind = *served.kind;
  const EntryPtr entry = kind.cache->snapshot().Get(kind.Key(name_space, name));
  if (entry == nullptr) {
    return std::nullopt;
  }
  auto object = codec_.DecodeStored(kind, *entry, entry->revision());
  return object ? std::optional(*std::move(object)) : std::nullopt;
}

void ClusterObjects::AddBasics(std::vector<Task>& tasks) {
  if (const ServedResource* namespaces = catalog_.FindKind("v1", "Namespace")) {
    for (const std::string_view name : kNamespaces) {
      if (!Find(*namespaces, "", name)) {
        tasks.emplace_back([this, name] {
          return client_.Send("POST", "/api/v1/namespaces",
                              R"({"metadata":{"name":")" + std::string(name) + R"("}})", kJsonBody,
                              kConflict);
        });
      }
    }
  }
  if (catalog_.FindKind("networking.k8s.io/v1", "ServiceCIDR") != nullptr) {
    tasks.emplace_back([this] { return MakeServiceCidr(); });
  }
}

Status ClusterObjects::MakeServiceCidr() {
  const ServedResource& cidrs = *catalog_.FindKind("networking.k8s.io/v1", "ServiceCIDR");
  std::string ranges;
  for (const std::string& range : cluster_ip_ranges_) {
    ranges += (ranges.empty() ? "\"" : ",\"") + range + "\"";
  }
  const std::string spec = R"("spec":{"cidrs":[)" + ranges + "]}";
  auto found = Find(cidrs, "", kName);
  if (!found) {
    K8SNET_RETURN_IF_ERROR(client_.Send("POST", kCidrs,
                                        R"({"metadata":{"name":"kubernetes"},)" + spec + "}",
                                        kJsonBody, kConflict));
    found = Find(cidrs, "", kName);
  }
  if (!found) {
    return {};
  }
  const auto& cidr = found->Get<networking::v1::ServiceCIDR>();
  if (cidr.metadata.deletion_timestamp) {
    return {};
  }
  if (cidr.spec.cidrs.size() == 1 && cluster_ip_ranges_.size() == 2 &&
      cidr.spec.cidrs[0] == cluster_ip_ranges_[0]) {
    // The cluster has become dual stack.
    return client_.Send("PATCH", At(kCidrs), "{" + spec + "}", kMergePatchBody);
  }
  const bool decided =
      std::any_of(cidr.status.conditions.begin(), cidr.status.conditions.end(), [](const auto& c) {
        return c.type == "Ready" && (c.status == "True" || c.status == "False");
      });
  if (decided || cidr.spec.cidrs != cluster_ip_ranges_) {
    return {};
  }
  const std::string now = cidr.metadata.creation_timestamp.ToString();
  return client_.Send(
      "PATCH", At(kCidrs) + "/status?fieldManager=kubernetes-service-cidr-controller&force=true",
      R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR",)"
      R"("metadata":{"name":"kubernetes"},"status":{"conditions":[{"type":"Ready",)"
      R"("status":"True","lastTransitionTime":")" +
          now + R"(","message":"Kubernetes default Service CIDR is ready"}]}})",
      kApplyPatchBody);
}

void ClusterObjects::AddService(std::vector<Task>& tasks) {
  const ServedResource* services = catalog_.FindKind("v1", "Service");
  if (services == nullptr || network_ == nullptr) {
    return;
  }
  const std::string ports =
      R"("ports":[{"name":"https","protocol":"TCP","port":443,"targetPort":)" +
      std::to_string(port_) + "}]";
  const auto found = Find(*services, "default", kName);
  if (!found) {
    const std::string ip = network_->OwnRange(network_->primary_family())->At(0).ToString();
    tasks.emplace_back([this, ports, ip] {
      return client_.Send("POST", kServices,
                          Json(R"("component":"apiserver","provider":"kubernetes")",
                               R"("spec":{)" + ports + R"(,"clusterIP":")" + ip +
                                   R"(","ipFamilyPolicy":"SingleStack","sessionAffinity":"None",)"
                                   R"("type":"ClusterIP"})"),
                          kJsonBody, kConflict);
    });
    return;
  }
  const auto& spec = found->Get<core::v1::Service>().spec;
  if (spec.ports.size() == 1 && spec.ports[0].target_port != IntOrString(std::int32_t{port_})) {
    tasks.emplace_back([this, ports] {
      return client_.Send("PATCH", At(kServices), R"({"spec":{)" + ports + "}}", kMergePatchBody);
    });
  }
}

void ClusterObjects::AddEndpoints(std::vector<Task>& tasks) {
  const ServedResource* served = catalog_.FindKind("v1", "Endpoints");
  if (served == nullptr || address_.empty()) {
    return;
  }
  const std::string wanted = Json(R"("endpointslice.kubernetes.io/skip-mirror":"true")",
                                  R"("subsets":[{"addresses":[{"ip":")" + address_ +
                                      R"("}],"ports":[{"name":"https","port":)" +
                                      std::to_string(port_) + R"(,"protocol":"TCP"}]}])");
  const auto found = Find(*served, "default", kName);
  if (!found) {
    tasks.emplace_back(
        [this, wanted] { return client_.Send("POST", kEndpoints, wanted, kJsonBody, kConflict); });
    return;
  }
  const auto& endpoints = found->Get<core::v1::Endpoints>();
  core::v1::EndpointSubset subset;
  subset.addresses.emplace_back().ip = address_;
  core::v1::EndpointPort& port = subset.ports.emplace_back();
  port.name = "https";
  port.port = port_;
  port.protocol = "TCP";
  if (endpoints.subsets.size() != 1 || endpoints.subsets[0] != subset ||
      !HasLabel(endpoints.metadata.labels, "endpointslice.kubernetes.io/skip-mirror", "true")) {
    tasks.emplace_back(
        [this, wanted] { return client_.Send("PATCH", At(kEndpoints), wanted, kMergePatchBody); });
  }
}

void ClusterObjects::AddSlice(std::vector<Task>& tasks) {
  const ServedResource* served = catalog_.FindKind("discovery.k8s.io/v1", "EndpointSlice");
  if (served == nullptr || address_.empty()) {
    return;
  }
  const std::string family = address_.find(':') == std::string::npos ? "IPv4" : "IPv6";
  const std::string wanted = Json(
      R"("kubernetes.io/service-name":"kubernetes")",
      R"("addressType":")" + family + R"(","endpoints":[{"addresses":[")" + address_ +
          R"("],"conditions":{"ready":true}}],"ports":[{"name":"https","protocol":"TCP","port":)" +
          std::to_string(port_) + "}]");
  const auto found = Find(*served, "default", kName);
  if (!found) {
    tasks.emplace_back(
        [this, wanted] { return client_.Send("POST", kSlices, wanted, kJsonBody, kConflict); });
    return;
  }
  const auto& slice = found->Get<discovery::v1::EndpointSlice>();
  if (slice.address_type != family) {
    // It cannot be changed; the next round makes the new one.
    tasks.emplace_back([this, wanted]() -> Status {
      K8SNET_RETURN_IF_ERROR(client_.Send("DELETE", At(kSlices), "", kJsonBody));
      return client_.Send("POST", kSlices, wanted, kJsonBody, kConflict);
    });
    return;
  }
  discovery::v1::Endpoint endpoint;
  endpoint.addresses = {address_};
  endpoint.conditions.ready = true;
  discovery::v1::EndpointPort port;
  port.name = "https";
  port.protocol = "TCP";
  port.port = port_;
  if (!slice.endpoints || slice.endpoints->size() != 1 || (*slice.endpoints)[0] != endpoint ||
      !slice.ports || slice.ports->size() != 1 || (*slice.ports)[0] != port ||
      !HasLabel(slice.metadata.labels, "kubernetes.io/service-name", kName)) {
    tasks.emplace_back(
        [this, wanted] { return client_.Send("PATCH", At(kSlices), wanted, kMergePatchBody); });
  }
}

Status ClusterObjects::MakeBasics() {
  std::vector<Task> tasks;
  AddBasics(tasks);
  return RunAll(tasks);
}

void ClusterObjects::Announce(std::string_view address, std::uint16_t port) {
  address_ = address;
  port_ = port;
  Reconcile();
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void ClusterObjects::Reconcile() {
  Status done = MakeBasics();
  if (done) {
    std::vector<Task> tasks;
    AddService(tasks);
    AddEndpoints(tasks);
    AddSlice(tasks);
    done = RunAll(tasks);
  }
  if (!done) {
    logger_.Error("Objects of the cluster could not be made", {{"err", done.error().message}});
  }
}

void ClusterObjects::Loop(const std::stop_token& stop) {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (!stop.stop_requested()) {
        stopping_.WaitUntil(mutex_, std::chrono::steady_clock::now() + kPeriod);
      }
      if (stop.stop_requested()) {
        return;
      }
    }
    Reconcile();
  }
}

}  // namespace k8snet::server

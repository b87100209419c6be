#include "k8snet/apis/testing/samples.h"

#include <string_view>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/core/v1.h"
#include "k8snet/apis/discovery/v1.h"
#include "k8snet/apis/discovery/v1beta1.h"
#include "k8snet/apis/networking/v1.h"
#include "k8snet/apis/networking/v1beta1.h"

namespace k8snet::testing {
namespace {

// What the Ingresses of both versions begin with.
constexpr std::string_view kIngressMetadata =
    R"("metadata":{"name":"web-frontend",)"
    R"("namespace":"production","uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11",)"
    R"("resourceVersion":"123456","generation":3,"creationTimestamp":"2024-05-01T10:00:00Z",)"
    R"("labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/part-of":"shop"},)"
    R"("annotations":{"nginx.ingress.kubernetes.io/rewrite-target":"/",)"
    R"("cert-manager.io/cluster-issuer":"letsencrypt"}},"spec":{"ingressClassName":"nginx",)"
    R"("tls":[{"hosts":["shop.example.com","www.example.com"],"secretName":"shop-tls"}],)";

constexpr std::string_view kIngress =
    R"("rules":[{"host":"shop.example.com","http":{"paths":[{"path":"/","pathType":"Prefix",)"
    R"("backend":{"service":{"name":"web","port":{"number":80}}}},{"path":"/api",)"
    R"("pathType":"Prefix","backend":{"service":{"name":"api","port":{"name":"http"}}}}]}},)"
    R"({"host":"www.example.com","http":{"paths":[{"path":"/","pathType":"Exact","backend":)"
    R"({"service":{"name":"web","port":{"number":80}}}}]}}]},"status":{"loadBalancer":)"
    R"({"ingress":[{"ip":"203.0.113.10"}]}}})";

constexpr std::string_view kOldIngress =
    R"("rules":[{"host":"shop.example.com","http":{"paths":[{"path":"/","pathType":"Prefix",)"
    R"("backend":{"serviceName":"web","servicePort":80}},{"path":"/api","pathType":"Prefix",)"
    R"("backend":{"serviceName":"api","servicePort":"http"}}]}},{"host":"www.example.com","http":)"
    R"({"paths":[{"path":"/","pathType":"Exact","backend":{"serviceName":"web","servicePort":)"
    R"(80}}]}}]},"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.10"}]}}})";

constexpr std::string_view kService =
    R"({"metadata":{"name":"web","namespace":"production",)"
    R"("uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11","resourceVersion":"123456",)"
    R"("creationTimestamp":"2024-05-01T10:00:00Z","labels":{"app.kubernetes.io/name":"web"}},)"
    R"("spec":{"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080},)"
    R"({"name":"https","protocol":"TCP","appProtocol":"https","port":443,)"
    R"("targetPort":"https"}],"selector":{"app.kubernetes.io/name":"web"},)"
    R"("clusterIP":"10.0.171.239","clusterIPs":["10.0.171.239"],"type":"ClusterIP",)"
    R"("sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",)"
    R"("internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}})";

std::string SliceJson(int endpoints, std::string_view zone) {
  std::string json = R"({"metadata":{"name":"web-x7k2p","namespace":"production",)"
                     R"("labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4",)"
                     R"("ports":[{"name":"http","protocol":"TCP","port":8080}],"endpoints":[)";
  for (int i = 0; i < endpoints; ++i) {
    const std::string n = std::to_string(i);
    json.append(i == 0 ? "" : ",").append(R"({"addresses":["10.1.)");
    json.append(std::to_string(i / 250)).append(".").append(std::to_string(i % 250));
    json.append(R"("],"conditions":{"ready":true,"serving":true,"terminating":false},)");
    json.append(R"("targetRef":{"kind":"Pod","namespace":"production","name":"web-6d4cf56db6-)");
    json.append(n).append(R"(","uid":"0f4b6d3c-7a62-4d0e-9f10-3b1f0b7f5a11"},"nodeName":"node-)");
    json.append(n).append("\",").append(zone).append("}");
  }
  return json + "]}";
}

template <typename T>
Sample Make(std::string name, std::string_view json) {
  auto decoded = DecodeJson(TypeOf<T>(), json);
  K8SNET_CHECK(decoded.has_value() && decoded->findings.empty());
  return {std::move(name), std::move(decoded->object).Freeze()};
}

}  // namespace

std::vector<Sample> Samples() {
  const std::string ingress = "{" + std::string(kIngressMetadata);
  constexpr std::string_view kZone = R"("zone":"eu-west-1a")";
  constexpr std::string_view kOldZone =
      R"("topology":{"topology.kubernetes.io/zone":"eu-west-1a"})";
  return {
      Make<networking::v1::Ingress>("Ingress", ingress + std::string(kIngress)),
      Make<networking::v1beta1::Ingress>("IngressV1beta1", ingress + std::string(kOldIngress)),
      Make<core::v1::Service>("Service", kService),
      Make<discovery::v1::EndpointSlice>("EndpointSlice100", SliceJson(100, kZone)),
      Make<discovery::v1::EndpointSlice>("EndpointSlice1000", SliceJson(1000, kZone)),
      Make<discovery::v1beta1::EndpointSlice>("EndpointSlice100V1beta1", SliceJson(100, kOldZone)),
  };
}

}  // namespace k8snet::testing

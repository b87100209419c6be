// Switches for features, by upstream's names.
#ifndef K8SNET_SERVER_SRC_APP_FEATURE_GATES_H_
#define K8SNET_SERVER_SRC_APP_FEATURE_GATES_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// Every gate of Kubernetes is known, so that flags of a kube-apiserver can be taken over; most have
// no effect here. Thread-safe once set.
// Source: kubernetes/component-base featuregate/feature_gate.go.
class FeatureGates {
 public:
  // Sets the gates of a list "Name=true,Other=false".
  // Errors: kInvalid with upstream's text: unknown, locked, or no boolean.
  [[nodiscard]] Status Set(std::string_view text);
  // Returns whether the gate is on, by what was set or its default; false for unknown names.
  [[nodiscard]] bool enabled(std::string_view name) const;

 private:
  [[nodiscard]] Status SetOne(const std::string& name, bool value);

  std::map<std::string, bool, std::less<>> set_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_FEATURE_GATES_H_

// How far the deletion of a namespace has come, as conditions tell it.
#ifndef K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CONDITIONS_H_
#define K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CONDITIONS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/core/v1.h"

namespace k8snet::server {

// What was in a namespace after all of it was asked to go.
struct NamespaceLeftovers {
  std::map<std::string, std::size_t> resources;   // How many, by "ingresses.networking.k8s.io".
  std::map<std::string, std::size_t> finalizers;  // On how many, by the finalizer.
  std::vector<std::string> errors;                // Of what could not even be asked.

  [[nodiscard]] bool none() const { return resources.empty() && errors.empty(); }
};

// Makes the conditions of `status` say what is left; those that say so already keep their time.
// Returns whether one changed. Conditions of others are left alone.
// Source: kubernetes/kubernetes pkg/controller/namespace/deletion/status_condition_utils.go.
bool SetDeletionConditions(const NamespaceLeftovers& left, Time now,
                           core::v1::NamespaceStatus& status);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_NAMESPACE_CONDITIONS_H_

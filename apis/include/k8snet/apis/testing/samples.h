// The objects that benchmarks measure, so that their figures are of the same work.
#ifndef K8SNET_APIS_TESTING_SAMPLES_H_
#define K8SNET_APIS_TESTING_SAMPLES_H_

#include <string>
#include <vector>

#include "k8snet/apis/base/object.h"

namespace k8snet::testing {

// A valid object as a client would send it.
struct Sample {
  std::string name;  // Of its kind and size, such as "EndpointSlice100"; "…V1beta1" if it is old.
  Object object;
};

// Returns an Ingress of 1 kB of JSON, a Service, EndpointSlices of 100 and 1,000 endpoints, and the
// Ingress and the smaller slice in v1beta1.
[[nodiscard]] std::vector<Sample> Samples();

}  // namespace k8snet::testing

#endif  // K8SNET_APIS_TESTING_SAMPLES_H_

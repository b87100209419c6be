#include "k8snet/conversion/converter.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace k8snet::conversion {
namespace {

bool Before(const Spoke& a, const Spoke& b) { return std::less<>()(a.type, b.type); }

Error NotRegistered(const Object& in, const std::string& to) {
  return {Reason::kNotRegistered, std::string(in.type().api_version) + " " +
                                      std::string(in.type().name) + " does not convert to " + to};
}

}  // namespace

Converter::Converter(std::vector<Spoke> spokes) : spokes_(std::move(spokes)) {
  std::sort(spokes_.begin(), spokes_.end(), Before);
  const auto same = [](const Spoke& a, const Spoke& b) { return a.type == b.type; };
  K8SNET_CHECK(std::adjacent_find(spokes_.begin(), spokes_.end(), same) == spokes_.end());
}

const Spoke* Converter::Find(const Type& type) const {
  const auto it = std::lower_bound(spokes_.begin(), spokes_.end(), Spoke{.type = &type}, Before);
  return it != spokes_.end() && it->type == &type ? &*it : nullptr;
}

const Type& Converter::HubOf(const Type& type) const {
  const Spoke* spoke = Find(type);
  return spoke == nullptr ? type : *spoke->hub;
}

Result<Object> Converter::Convert(const Object& in, const Type& to) const {
  if (&in.type() == &to) {
    return in;
  }
  if (&HubOf(in.type()) != &HubOf(to)) {
    return NotRegistered(in, std::string(to.api_version) + " " + std::string(to.name));
  }
  Object hub = in;
  if (const Spoke* from = Find(in.type())) {
    K8SNET_ASSIGN_OR_RETURN(hub, from->to_hub(in));
  }
  const Spoke* onward = Find(to);
  return onward == nullptr ? Result<Object>(hub) : onward->from_hub(hub);
}

Result<Object> Converter::Convert(const Object& in, const GroupVersion& to) const {
  const auto is = [&](const Type& type) {
    return type.name == in.type().name && type.group == to.group && type.version == to.version;
  };
  const Type& hub = HubOf(in.type());
  if (is(hub)) {
    return Convert(in, hub);
  }
  for (const Spoke& spoke : spokes_) {
    if (spoke.hub == &hub && is(*spoke.type)) {
      return Convert(in, *spoke.type);
    }
  }
  return NotRegistered(in, to.ToString());
}

}  // namespace k8snet::conversion

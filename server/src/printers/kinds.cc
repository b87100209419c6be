#include "src/printers/kinds.h"

namespace k8snet::server {

const Printer* KindPrinter(const Type&) { return nullptr; }

}  // namespace k8snet::server

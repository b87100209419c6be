// Needs what the conversions of the gadgets call.
#include "k8snet/gadgets.h"

int main() { return k8snet::gadgets::Spokes().empty() ? 1 : 0; }

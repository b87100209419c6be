// RapidJSON's document, as rapidjson.h sets it up.
#ifndef K8SNET_APIS_SRC_RAPIDJSON_DOCUMENT_H_
#define K8SNET_APIS_SRC_RAPIDJSON_DOCUMENT_H_

#include "src/rapidjson.h"

// clang-format off: after the settings.
#include <rapidjson/document.h>
// clang-format on

#endif  // K8SNET_APIS_SRC_RAPIDJSON_DOCUMENT_H_

// What upstream's YAML says of bad texts, in its words.
// Source: yaml/go-yaml v2 scannerc.go, parserc.go, readerc.go.
#ifndef K8SNET_APIS_SRC_YAML_ERRORS_H_
#define K8SNET_APIS_SRC_YAML_ERRORS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include <yaml-cpp/exceptions.h>

namespace k8snet::internal {

// Returns "line N: " as Go's port prints it for an error of the parser, which counts lines from
// zero and leaves the first out; `line` counts from zero.
std::string ParserLine(int line);

// The same for an error of the scanner, which counts from one, but leaves the first out too.
std::string ScannerLine(int line);

// Returns the line, counted from zero, at which a text ends for the parser.
int LastLine(std::string_view yaml);

// Returns the error of a key at `pos` that no colon follows. The scanner notices at the next token.
std::string NoColon(std::string_view yaml, std::size_t pos);

// Returns the end of the quoted text that begins at `pos`, or npos if it has none.
std::size_t EndOfQuoted(std::string_view yaml, std::size_t pos);

// Returns the error of the flow list or map that begins at `pos` if it is not closed, else "".
std::string FlowError(std::string_view yaml, std::size_t pos);

// Refuses what Go's reader refuses before it looks at the syntax; `offset` becomes where it is.
std::string_view CharacterError(std::string_view yaml, std::size_t& offset);

// Returns the error of upstream for an exception of the parser.
// `key_column` is where a key of a map without brackets was due, or -1.
std::string ErrorText(std::string_view yaml, const YAML::Exception& error, int key_column);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_YAML_ERRORS_H_

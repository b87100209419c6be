# The function by which users of the package generate types of their own.

# Adds the static library <target> of what the IDL files describe: structs, tables, conversion and
# defaults, in namespaces below k8snet named after the files' packages.
#   k8snet_generate(TARGET gadgets IDL idl/gadgets/v1.proto idl/gadgets/v1beta1.proto
#                   [SET gadgets] [IMPORT_DIRS idl])
# Headers are k8snet/apis/<package>.h with slashes for dots, k8snet/conversion/<package>.h with
# underscores for spokes, and k8snet/<set>.h with the tables over all of them; SET is the target's
# name if not given. Files import each other by their path below IMPORT_DIRS (default: the calling
# folder), and those of the project as k8snet/meta/v1.proto. Hand-written hooks and conversions are
# added with target_sources(<target> PRIVATE ...).
function(k8snet_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;SET" "IDL;IMPORT_DIRS")
  if(NOT TARGET k8snet::protoc-gen-k8snet)
    message(FATAL_ERROR "k8snet was built without its generator (K8SNET_GENERATOR=ON builds it)")
  endif()
  find_package(Protobuf REQUIRED)
  if(NOT arg_SET)
    set(arg_SET ${arg_TARGET})
  endif()
  if(NOT arg_IMPORT_DIRS)
    set(arg_IMPORT_DIRS ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}_gen)
  set(sources apis/gen/src/resources.cc conversion/gen/src/defaults.cc conversion/gen/src/spokes.cc)
  set(files)
  foreach(idl ${arg_IDL})
    cmake_path(ABSOLUTE_PATH idl)
    list(APPEND files ${idl})
    # The generator names files after packages, and writes conversions for those with a hub.
    file(STRINGS ${idl} package REGEX "^package ")
    string(REGEX REPLACE "^package +(k8snet\\.)?([A-Za-z0-9_.]+).*" "\\2" stem "${package}")
    string(REPLACE "." "_" stem "${stem}")
    list(APPEND sources apis/gen/src/${stem}.cc)
    file(STRINGS ${idl} hub REGEX "^ *hub *:")
    if(hub)
      list(APPEND sources conversion/gen/src/${stem}.cc)
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${idl})
  endforeach()
  list(TRANSFORM sources PREPEND ${out}/)
  set(imports)
  foreach(dir ${arg_IMPORT_DIRS})
    cmake_path(ABSOLUTE_PATH dir)
    list(APPEND imports --proto_path=${dir})
  endforeach()
  set(project_idl ${K8SNET_IDL_DIRS})
  list(TRANSFORM project_idl PREPEND --proto_path=k8snet=)
  file(MAKE_DIRECTORY ${out}/apis/gen/include ${out}/conversion/gen/include)
  add_custom_command(
    OUTPUT ${sources}
    COMMAND protobuf::protoc --plugin=protoc-gen-k8snet=$<TARGET_FILE:k8snet::protoc-gen-k8snet>
            ${imports} ${project_idl} --k8snet_out=set=${arg_SET}:${out} ${files}
    DEPENDS ${files} k8snet::protoc-gen-k8snet
    VERBATIM)
  add_library(${arg_TARGET} STATIC ${sources})
  target_compile_features(${arg_TARGET} PUBLIC cxx_std_20)
  target_include_directories(${arg_TARGET} PUBLIC ${out}/apis/gen/include
                                                  ${out}/conversion/gen/include)
  target_link_libraries(${arg_TARGET} PUBLIC k8snet::conversion)
endfunction()

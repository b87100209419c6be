# Compiler settings and the functions that every folder's CMakeLists.txt is written with.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(K8SNET_CCACHE ccache)
if(K8SNET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${K8SNET_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${K8SNET_CCACHE})
endif()
find_program(K8SNET_LLD ld.lld)
if(K8SNET_LLD)
  add_link_options(-fuse-ld=lld)
endif()

if(K8SNET_SANITIZE)
  add_compile_options(-fsanitize=${K8SNET_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${K8SNET_SANITIZE})
  if(K8SNET_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # RapidJSON's empty stack adds zero to a null pointer, which its headers bring into our code.
    add_compile_options(-fno-sanitize=pointer-overflow)
  endif()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/K8snetFuzz.cmake)

# Gives `target` the language level and the warnings of the project.
function(k8snet_compile target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(
    ${target}
    PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers
            $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
            # False alarms of g++ 12 on inlined std::string, std::atomic and temporaries of aggregates
            # (GCC bugs 105651, 101361, 105562).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
            $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
            $<$<BOOL:${K8SNET_WERROR}>:-Werror>)
endfunction()

# Adds the static library k8snet_<name>, exported as k8snet::<name>. Its public headers are
# everything under include/ and gen/include/ of the calling folder.
#   k8snet_library(apis SOURCES src/a.cc ... [PUBLIC target ...] [PRIVATE target ...])
function(k8snet_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(k8snet_${name} STATIC ${arg_SOURCES})
  add_library(k8snet::${name} ALIAS k8snet_${name})
  set_target_properties(k8snet_${name} PROPERTIES EXPORT_NAME ${name})
  k8snet_compile(k8snet_${name})
  set(bases)
  set(headers)
  foreach(base include gen/include)
    if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${base})
      list(APPEND bases ${base})
      file(GLOB_RECURSE found CONFIGURE_DEPENDS ${base}/*.h)
      list(APPEND headers ${found})
    endif()
  endforeach()
  target_sources(k8snet_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${bases} FILES ${headers})
  target_include_directories(k8snet_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(k8snet_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  install(
    TARGETS k8snet_${name}
    EXPORT k8snetTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS)
endfunction()

# Adds a GoogleTest program of the given sources; its cases become ctest entries with `label`
# (default: unit).
#   k8snet_test(apis_test SOURCES ... LIBS k8snet::apis [LABEL unit])
function(k8snet_test name)
  if(NOT K8SNET_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES;LIBS")
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  k8snet_compile(${name})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE K8SNET_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock_main)
  gtest_discover_tests(${name} PROPERTIES LABELS ${arg_LABEL} DISCOVERY_MODE PRE_TEST)
endfunction()

# Adds a Google Benchmark program. It is built with the tests and run by hand.
function(k8snet_benchmark name)
  if(NOT K8SNET_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  k8snet_compile(${name})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE K8SNET_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LIBS} benchmark::benchmark_main)
endfunction()

set(K8SNET_SCRIPTS ${CMAKE_CURRENT_LIST_DIR})
set(K8SNET_PACKAGE ${PROJECT_BINARY_DIR}/package)  # Where the tests install the package.
set(K8SNET_SANITIZE_FLAGS)
if(K8SNET_SANITIZE)
  set(K8SNET_SANITIZE_FLAGS -fsanitize=${K8SNET_SANITIZE})
endif()

# Adds the test package.<name>, which runs `script` of codegen/cmake with what follows. The package
# is installed in PREFIX, which needs the whole tree built.
function(k8snet_package_script name script)
  add_test(NAME package.${name}
           COMMAND ${CMAKE_COMMAND} -DPREFIX=${K8SNET_PACKAGE}
                   -DWORK=${CMAKE_CURRENT_BINARY_DIR}/package.${name}
                   "-DFLAGS=${K8SNET_SANITIZE_FLAGS}" ${ARGN}
                   -P ${K8SNET_SCRIPTS}/${script}.cmake)
  set_tests_properties(package.${name} PROPERTIES LABELS package FIXTURES_REQUIRED k8snet_package)
endfunction()

# Adds the test that builds the project in `consumer` against the installed package and runs its
# program.
#   k8snet_package_test(user_kind CONSUMER <folder> PROGRAM gadgets_test [COMPILER clang++])
function(k8snet_package_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CONSUMER;PROGRAM;COMPILER" "")
  if(NOT arg_COMPILER)
    set(arg_COMPILER ${CMAKE_CXX_COMPILER})
  endif()
  k8snet_package_script(${name} PackageTest -DCONSUMER=${arg_CONSUMER} -DPROGRAM=${arg_PROGRAM}
                        -DCOMPILER=${arg_COMPILER} -DGENERATOR=${CMAKE_GENERATOR})
endfunction()

# Adds a test of two commands that differ in one thing: `good` must succeed, `bad` must fail with the
# error that `error` matches, or that the first line of `source` says.
function(k8snet_must_fail name good bad)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} "-DGOOD=${good}" "-DBAD=${bad}" ${ARGN}
                                -P ${K8SNET_SCRIPTS}/MustFail.cmake)
  set_tests_properties(${name} PROPERTIES LABELS compile)
endfunction()

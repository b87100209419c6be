# k8snet_fuzzer, for this project and for those that use the installed package.

if(K8SNET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Adds the fuzzer `name`, whose source has LLVMFuzzerTestOneInput. It is always built: with
# K8SNET_FUZZ, which takes clang, linked with libFuzzer; else with a main that runs the files that
# it is given, and ctest gives it the folder CORPUS (default: testdata/fuzz/<name>).
#   k8snet_fuzzer(json_fuzz SOURCES src/json_fuzz.cc LIBS k8snet::apis [CORPUS folder])
function(k8snet_fuzzer name)
  if(DEFINED K8SNET_TESTS AND NOT K8SNET_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  if(NOT arg_CORPUS)
    set(arg_CORPUS ${PROJECT_SOURCE_DIR}/testdata/fuzz/${name})
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(COMMAND k8snet_compile)
    k8snet_compile(${name})
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  if(K8SNET_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  # Beside this file in the package.
  set(main ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/fuzz_main.cc)
  if(NOT EXISTS ${main})
    set(main ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../src/fuzz_main.cc)
  endif()
  target_sources(${name} PRIVATE ${main})
  add_test(NAME ${name} COMMAND ${name} ${arg_CORPUS})
  set_tests_properties(${name} PROPERTIES LABELS fuzz)
endfunction()

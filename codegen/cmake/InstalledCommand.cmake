# Fails unless the command k8snet runs from the package installed in PREFIX, and FILES, below it, hold
# something.
execute_process(COMMAND ${PREFIX}/${BIN}/k8snet versions OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(file ${FILES})
  file(SIZE ${PREFIX}/${file} size)
  if(size LESS 1000)
    message(FATAL_ERROR "${file} has ${size} bytes")
  endif()
endforeach()

# Runs the command GOOD, which must succeed, and BAD, which differs in one thing and must fail with an
# error that matches the regular expression ERROR; without one, the first line of SOURCE gives it:
# `// error: <regular expression>`.
if(NOT ERROR)
  file(STRINGS ${SOURCE} ERROR LIMIT_COUNT 1)
  string(REGEX REPLACE "^// error: " "" ERROR "${ERROR}")
endif()
execute_process(COMMAND ${GOOD} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${BAD} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "Succeeds, but must not: ${BAD}")
elseif(NOT output MATCHES "${ERROR}")
  message(FATAL_ERROR "Fails for another reason than ${ERROR}:\n${output}")
endif()

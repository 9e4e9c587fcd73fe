# OCITIDY_SANITIZE: empty, "address,undefined" or "thread".
set(OCITIDY_SANITIZE "" CACHE STRING "Sanitizers for the whole build")
if(OCITIDY_SANITIZE)
  add_compile_options(-fsanitize=${OCITIDY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OCITIDY_SANITIZE})
endif()

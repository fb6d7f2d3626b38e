# daybook_embed(<target> ROOTS <prefix>=<folder>…) links files into the target as they are, by the assembler, and
# generates app/embed's table of them. Called once.
function(daybook_embed target)
  cmake_parse_arguments(ARG "" "" "ROOTS" ${ARGN})
  set(assembly "  .section .rodata\n")
  set(table "#include \"app/embed/embedded_files.hpp\"\n\nnamespace daybook::app {\nnamespace {\nextern \"C\" {\n")
  set(rows "")
  set(inputs "")
  set(number 0)
  foreach(entry ${ARG_ROOTS})
    # "prefix=folder": the files below folder under "/prefix"; an empty prefix is the root.
    string(REGEX REPLACE "^([^=]*)=.*" "\\1" prefix ${entry})
    string(REGEX REPLACE "^[^=]*=" "" folder ${entry})
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
    foreach(file ${files})
      file(RELATIVE_PATH path ${folder} ${file})
      if(path MATCHES "(^|/)\\.")
        continue()
      endif()
      math(EXPR number "${number} + 1")
      set(symbol daybook_file_${number})
      string(APPEND assembly "  .balign 16\n  .globl ${symbol}\n${symbol}:\n  .incbin \"${file}\"\n  .globl ${symbol}_end\n"
             "${symbol}_end:\n  .byte 0\n")
      string(APPEND table "extern const char ${symbol}[], ${symbol}_end[];\n")
      string(APPEND rows "      {\"${prefix}/${path}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
      list(APPEND inputs ${file})
    endforeach()
  endforeach()
  string(APPEND assembly "  .section .note.GNU-stack,\"\",%progbits\n")
  string(APPEND table "}\n}  // namespace\n\nconst std::map<std::string_view, std::string_view>& embedded_files() {\n"
         "  static const std::map<std::string_view, std::string_view> files = {\n${rows}  };\n  return files;\n}\n"
         "}  // namespace daybook::app\n")
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp CONTENT "${table}" @ONLY)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/embedded_files.S PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.S
                 ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp)
endfunction()

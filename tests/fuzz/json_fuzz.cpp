// JSON bodies: what parses must survive being written and read again, and a reader must not fall over it.

#include <cstdlib>

#include "core/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto value = parse_json(text);
  if (!value) return 0;
  if (!is_utf8(text)) std::abort();
  const auto again = parse_json(json::serialize(*value));
  if (!again) std::abort();

  JsonReader in(*value, Unknown::strict);
  in.text("title", {.required = true, .min_bytes = 1, .max_bytes = 500, .single_line = true});
  in.instant("dueAt");
  in.date("dueDate");
  in.uuid("id");
  in.integer("limit", 1, 200);
  in.texts("tags", 50, {.max_bytes = 64});
  in.objects("reminders", 3, [](JsonReader& item, std::size_t) { item.duration("before"); });
  const auto error = in.finish();
  if (error && error->fields.empty()) std::abort();
  return 0;
}

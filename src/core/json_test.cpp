#include "core/json.hpp"

#include <gmock/gmock.h>

namespace daybook {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

json::value document(std::string_view text) { return parse_json(text).value(); }

std::vector<std::string> pointers(const std::optional<Error>& error) {
  std::vector<std::string> out;
  if (error)
    for (const auto& field : error->fields) out.push_back(field.pointer);
  return out;
}

TEST(ParseJson, TakesOneDocument) {
  EXPECT_EQ(document(R"( {"a": [1, -2.5, "x\u00e9\n", true, null], "b": {"a": {}}} )"),
            (json::value{{"a", {1, -2.5, "x\u00e9\n", true, nullptr}}, {"b", {{"a", json::object{}}}}}));
}

TEST(ParseJson, RefusesWhatTwoReadersWouldReadDifferently) {
  EXPECT_THAT(parse_json(R"({"a":1,"a":2})").error().detail, HasSubstr("twice"));
  EXPECT_FALSE(parse_json(R"({"b":{"a":1,"\u0061":2}})"));
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":2}])"));
  for (auto text : {"", " ", "{} {}", "{}x", "{'a':1}", "[1,]", "// no\n1", "NaN", "01", "-1.5e400", "\"\xC3\"",
                    "\"\xED\xA0\x80\"", "\"a", "{\"a\"", "\xEF\xBB\xBF{}"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(ParseJson, StopsAtTheDepthThatItNames) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth)));
  EXPECT_FALSE(parse_json(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(parse_json(std::string(1024 * 1024, '[')));
}

TEST(JsonReader, NamesEveryWrongFieldAtOnce) {
  const auto body = document(R"({"title":7,"limit":1.5,"due":"soon","tags":["ok",5],"who":{"id":"x"},"odd~/":1})");
  JsonReader in(body, Unknown::strict);
  in.text("title");
  in.integer("limit", 1, 200);
  in.instant("due");
  in.texts("tags", 50, {});
  in.object("who", [](JsonReader& who) { who.uuid("id"); });
  in.text("missing", {.required = true});
  const auto error = in.finish();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->slug, "invalid-request");
  EXPECT_THAT(pointers(error),
              UnorderedElementsAre("/title", "/limit", "/due", "/tags/1", "/who/id", "/missing", "/odd~0~1"));
}

TEST(JsonReader, LenientReadersPassOverUnknownFields) {
  const auto body = document(R"({"title":"milk","added in 2031":true})");
  JsonReader in(body, Unknown::lenient);
  EXPECT_EQ(in.text("title"), "milk");
  EXPECT_FALSE(in.finish());
}

TEST(JsonReader, TellsNullFromAbsent) {
  const auto body = document(R"({"dueAt":null})");
  JsonReader in(body, Unknown::strict);
  EXPECT_FALSE(in.instant("dueAt"));
  EXPECT_TRUE(in.is_null("dueAt"));
  EXPECT_FALSE(in.is_null("startAt"));
  EXPECT_FALSE(in.finish());
}

TEST(JsonReader, HoldsTextToItsRules) {
  const auto body = document("{\"a\":\"\",\"b\":\"12345\",\"c\":\"two\\nlines\",\"d\":\"nul\\u0000\"}");
  JsonReader in(body, Unknown::strict);
  in.text("a", {.min_bytes = 1});
  in.text("b", {.max_bytes = 4});
  in.text("c", {.single_line = true});
  in.text("d");
  EXPECT_THAT(pointers(in.finish()), ElementsAre("/a", "/b", "/c", "/d"));
}

// A-02: enumerations are read without regard to case and given back as the list spells them.
TEST(JsonReader, ChoicesIgnoreCase) {
  const auto body = document(R"({"priority":"HIGH","status":"finished"})");
  JsonReader in(body, Unknown::strict);
  EXPECT_EQ(in.choice("priority", {"high", "low"}), "high");
  EXPECT_FALSE(in.choice("status", {"pending", "completed"}));
  const auto error = in.finish();
  EXPECT_THAT(pointers(error), ElementsAre("/status"));
  EXPECT_THAT(error->fields[0].detail, HasSubstr("pending, completed"));
}

TEST(JsonReader, ReadsListsOfObjectsUpToTheirLimit) {
  const auto body = document(R"({"reminders":[{"before":"PT5M"},{"before":"soon"},3],"many":[{},{}]})");
  JsonReader in(body, Unknown::strict);
  int read = 0;
  in.objects("reminders", 3, [&](JsonReader& item, std::size_t) { item.duration("before"), ++read; });
  in.objects("many", 1, [](JsonReader&, std::size_t) {});
  EXPECT_EQ(read, 2);
  EXPECT_THAT(pointers(in.finish()), ElementsAre("/reminders/1/before", "/reminders/2", "/many"));
}

TEST(JsonReader, ABodyThatIsNoObjectIsOneFault) {
  const auto body = document("[1]");
  JsonReader in(body, Unknown::strict);
  in.text("title", {.required = true});
  EXPECT_THAT(pointers(in.finish()), ElementsAre(""));
}

TEST(JsonStrings, EscapeWhatJsonMustAndReadBackTheSame) {
  const std::string text = "quote\" back\\ tab\t nl\n bell\x07 \xC3\xA9 \xF0\x9F\x98\x80";
  std::string out;
  append_json_string(out, text);
  EXPECT_EQ(document(out).as_string(), text);
}

TEST(Utf8, IsAcceptedUpToItsLastByte) {
  for (auto text : {"", "a", "\xC3\xA9", "x\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, IsRefusedWhenCutShortOverlongOrASurrogate) {
  for (auto text : {"\xC3", "a\xE2\x82", "\xF0\x9F\x98", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF",
                    "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3\x28", "\xFF"})
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(std::string(text));
}

}  // namespace
}  // namespace daybook
